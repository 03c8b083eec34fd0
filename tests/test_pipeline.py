"""dvc.yaml against the code: a stage's deps are the modules that it runs, its params the keys that it reads."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from maestro_lstm.params import WISHES
from maestro_lstm.sources import closure

PACKAGES = {"maestro_lstm": Path("src/maestro_lstm"), "stages": Path("stages")}
# These cannot change a figure, only whether and with which words it is made; a change of theirs runs no stage again.
PLUMBING = {
    "src/maestro_lstm/__init__.py",
    "src/maestro_lstm/cluster.py",
    "src/maestro_lstm/corpus/__init__.py",
    "src/maestro_lstm/engines/__init__.py",
    "src/maestro_lstm/errors.py",
    "src/maestro_lstm/files.py",
    "src/maestro_lstm/params.py",
    "src/maestro_lstm/progress.py",
    "src/maestro_lstm/sections.py",
    "src/maestro_lstm/sources.py",
    "stages/__init__.py",
    "stages/command.py",
    "stages/paths.py",
}
PIPELINE: dict[str, Any] = yaml.safe_load(Path("dvc.yaml").read_text())
STAGES: dict[str, Any] = PIPELINE["stages"]
PARAMS: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text())


@cache
def runs(script: str) -> set[str]:
    """A script and all of the project that it imports, directly or not."""
    # plumbing is not followed: params.py knows every setting and would bring in everything
    files = closure(Path(script), PACKAGES, lambda path: str(path) not in PLUMBING)
    return {str(path) for path in files}


def script_of(stage: str) -> str:
    match = re.match(r"python -m stages\.(\w+)", STAGES[stage]["cmd"])
    assert match
    return f"stages/{match[1]}.py"


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


def under(key: str) -> set[str]:
    """A key of params.yaml, or all the keys of a section."""
    tree = PARAMS
    for name in key.split("."):
        tree = tree[name]
    return leaves(tree, key)


def crossed(stage: Any) -> set[str]:
    """The lists in params.yaml of which each value is a stage of its own."""
    return set(re.findall(r"\$\{((?!item)[\w.]+)\}", str(stage.get("matrix", ""))))


def test_every_param_is_declared_by_a_stage_and_every_declared_one_exists() -> None:
    declared = set()
    for name, stage in STAGES.items():
        for key in stage.get("params", []) if name != "check_params" else []:
            for network in PARAMS["networks"] if "${item.network}" in key else [""]:
                declared |= under(key.replace("${item.network}", network))
        declared |= crossed(stage)
    assert declared == leaves(PARAMS)


SECTIONS = "|".join(key for key, value in PARAMS.items() if isinstance(value, dict) and key != "networks")
READ = re.compile(rf"params\.((?:{SECTIONS})(?:\.\w+)*|seed|seeds|corpus|device|engine)\b")
# what a script reads through study.py or wishes.py is told there, experiment by experiment
THROUGH_STUDY = {"sweep_optimizer", "sweep_learning_rate", "sweep_seq_len", "train"}
THROUGH_STUDY |= {f"wish_{wish}" for wish in WISHES}


@pytest.mark.parametrize("stage", sorted(STAGES.keys() - THROUGH_STUDY - {"check_params"}))
def test_a_stage_declares_the_params_that_its_script_reads(stage: str) -> None:
    read = set(READ.findall(Path(script_of(stage)).read_text()))
    # of a section with a part for each network the script reads its own
    declared = {key.removesuffix(".${item.network}") for key in STAGES[stage].get("params", [])} | crossed(
        STAGES[stage]
    )
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
