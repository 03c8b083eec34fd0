"""dvc.yaml against the code: a stage's deps are the modules that it runs, its params the keys that it reads."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

# These cannot change a figure, only whether and with which words it is made; a change of theirs runs no stage again.
PLUMBING = {
    "src/maestro_lstm/__init__.py",
    "src/maestro_lstm/corpus/__init__.py",
    "src/maestro_lstm/errors.py",
    "src/maestro_lstm/files.py",
    "src/maestro_lstm/params.py",
    "src/maestro_lstm/progress.py",
    "stages/__init__.py",
    "stages/command.py",
    "stages/paths.py",
}
PIPELINE: dict[str, Any] = yaml.safe_load(Path("dvc.yaml").read_text())
STAGES: dict[str, Any] = PIPELINE["stages"]
PARAMS: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text())


def file_of(module: str) -> str | None:
    """The file of a module of this project; None for any other."""
    place = module.replace(".", "/")
    for candidate in (f"src/{place}.py", f"{place}.py", f"src/{place}/__init__.py", f"{place}/__init__.py"):
        if Path(candidate).is_file():
            return candidate
    return None


@cache
def imports_of(path: str) -> frozenset[str]:
    """The project's files that a file imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(Path(path).read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        found |= {file for name in names if (file := file_of(name))}
    return frozenset(found)


def runs(script: str) -> set[str]:
    """A script and all of the project that it imports, directly or not."""
    reached, new = set(), {script}
    while new:
        reached |= new
        # plumbing is not followed: params.py knows every setting and would bring in everything
        new = {file for path in new if path == script or path not in PLUMBING for file in imports_of(path)} - reached
    return reached


def script_of(stage: str) -> str:
    match = re.match(r"python -m (stages\.\w+)", STAGES[stage]["cmd"])
    assert match
    script = file_of(match[1])
    assert script
    return script


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_just_the_code_that_it_runs(stage: str) -> None:
    declared = {dep for dep in STAGES[stage]["deps"] if dep.endswith(".py")}
    assert declared == runs(script_of(stage)) - PLUMBING


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_says_what_it_is_for_and_lists_in_order(stage: str) -> None:
    entry = STAGES[stage]
    assert entry["desc"]
    own_order = [key for key in ("desc", "matrix", "cmd", "deps", "params", "outs", "metrics", "plots") if key in entry]
    assert list(entry) == own_order
    if stage != "check_params":
        assert entry.get("params", []) == sorted(entry.get("params", []))


def leaves(tree: Any, prefix: str = "") -> set[str]:
    """Keys of params.yaml, dotted; a list is one key."""
    if not isinstance(tree, dict):
        return {prefix}
    return {leaf for key, value in tree.items() for leaf in leaves(value, f"{prefix}.{key}" if prefix else key)}


def test_every_param_is_declared_by_a_stage_and_every_declared_one_exists() -> None:
    declared = set()
    for name, stage in STAGES.items():
        for key in stage.get("params", []) if name != "check_params" else []:
            networks = PARAMS["networks"] if "${item.network}" in key else [""]
            declared |= {key.replace("${item.network}", network) for network in networks}
        declared |= set(re.findall(r"\$\{((?!item)[\w.]+)\}", str(stage.get("matrix", ""))))
    assert declared == leaves(PARAMS)


SECTIONS = "|".join(key for key, value in PARAMS.items() if isinstance(value, dict) and key != "networks")
READ = re.compile(rf"params\.((?:{SECTIONS})(?:\.\w+)*|seed|seeds|corpus|device|engine)\b")
# what a script reads through study.py is told there, experiment by experiment
THROUGH_STUDY = {"sweep_optimizer", "sweep_learning_rate", "sweep_seq_len", "train"}


@pytest.mark.parametrize("stage", sorted(STAGES.keys() - THROUGH_STUDY - {"check_params"}))
def test_a_stage_declares_the_params_that_its_script_reads(stage: str) -> None:
    read = set(READ.findall(Path(script_of(stage)).read_text()))
    declared = set(STAGES[stage].get("params", [])) | {"train.networks"}
    if script_of(stage) == "stages/parse.py":  # reads its own section
        read = {f"parse.{key}" for key in PARAMS["parse"]}
    assert read <= declared


def test_lists_in_params_are_written_as_dvc_writes_them() -> None:
    """`dvc exp run -S` re-indents lists; written its way, a change of one value is a change of one line."""
    for line in Path("params.yaml").read_text().splitlines():
        assert not line.startswith("    - ")
        assert "[" not in line.split("#")[0]


def test_no_file_of_the_code_is_long() -> None:
    files = [path for folder in ("src", "stages", "tools") for path in Path(folder).rglob("*.py")]
    assert files
    assert {str(path): n for path in files if (n := len(path.read_text().splitlines())) > 250} == {}
