"""The dvc.yaml files against the code: a stage depends on the code it runs and on the params it reads."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from dvc.utils.hydra import apply_overrides

from maestro_lstm.plumbing.sources import PLUMBING, closure, imports, stage_code
from tests.pipeline_files import FILES, PARAMS, STAGES, declared, instances, leaves
from tools.pipeline import calls_of, entries

HOW = {"device", "engine"}  # how a result is made, not what: no stage depends on them


def script_of(address: str) -> Path:
    match = re.match(r"python -m (stages[\w.]*)", STAGES[address]["cmd"])
    assert match
    return Path(match[1].replace(".", "/")).with_suffix(".py")


def code_deps(address: str) -> list[Path]:
    code = [Path(dep) for dep in STAGES[address]["deps"] if dep.startswith(("src/", "stages/"))]
    assert all(dep.exists() or "pretrained" in dep.parts for dep in code), code
    return [dep for dep in code if dep.suffix == ".py" or any(dep.glob("*.py"))]  # a template is no code of a stage's


@cache
def code_of(address: str) -> set[Path]:
    """Plumbing aside: where it counts (`COUNTED`), `make check-lock` sees a change; every stage would depend on it."""
    code = {path.relative_to(Path.cwd()) for path in stage_code(script_of(address).resolve(), Path.cwd())}
    return {path for path in code if not path.is_relative_to("src/maestro_lstm/plumbing")}


@pytest.mark.parametrize("address", STAGES)
def test_a_stage_depends_on_all_the_code_it_runs_and_on_nothing_idle(address: str) -> None:
    """On packages, or on a single file where it runs but one of a package."""
    runs, deps = code_of(address), code_deps(address)
    assert {path for path in runs if not any(path.is_relative_to(dep) for dep in deps)} == set()
    for dep in deps:
        own = [path for path in runs if path.is_relative_to(dep)]
        assert own, dep
        assert dep.suffix or len(own) > 1, dep


def test_what_is_left_out_as_plumbing_exists() -> None:
    for name in PLUMBING:
        assert Path("src", name).exists() or Path(name).exists(), name


ORDER = (  # a package may import those before it
    *("plumbing", "corpus", "midi", "tokens", "model", "training", "generation", "export", "evaluation"),
    *("pretrained", "trained", "params", "study", "reproduction", "report", "web", "cli"),
)
NOT_FOR_MUSIC = {"params", "study", "report", "training"}  # `maestro-lstm` needs none of them


def test_no_package_imports_upward() -> None:
    library = Path("src/maestro_lstm")
    assert {path.parent.name for path in library.glob("*/__init__.py")} == set(ORDER)
    for place, name in enumerate(ORDER):
        allowed = set(ORDER[:place]) - (NOT_FOR_MUSIC if name in ("cli", "trained", "web") else set())
        for file in sorted((library / name).rglob("*.py")):
            found = {path.relative_to(library) for path in imports(file, {"maestro_lstm": library})}
            tops = {path.parts[0] for path in found} - {"__init__.py", name}
            assert tops <= allowed, file


def test_every_package_says_what_belongs_there() -> None:
    for folder in (path.parent for path in Path("src/maestro_lstm").rglob("*.py")):
        first = (folder / "__init__.py").read_text()
        assert first.startswith('"""'), folder


@pytest.mark.parametrize("address", STAGES)
def test_a_stage_says_what_it_is_for_and_lists_in_order(address: str) -> None:
    stage = STAGES[address]
    assert stage["desc"]
    order = [
        key for key in ("desc", "matrix", "wdir", "cmd", "deps", "params", "outs", "metrics", "plots") if key in stage
    ]
    assert list(stage) == order
    for kind in ("outs", "metrics", "plots"):
        assert entries(stage, kind) == sorted(entries(stage, kind))


def test_every_param_is_declared_by_a_stage_and_every_declared_one_exists() -> None:
    crossed = {"train.networks"}  # by matrices
    found = {key for address in STAGES if address != "check_params" for key in declared(address)}
    assert found | crossed | HOW == leaves(PARAMS)
    assert not found & HOW


def of_the_call(address: str) -> str:
    """The text of a stage's script, without the function for the vocabulary that this stage is not about."""
    text, words = script_of(address).read_text(), {instance["cmd"].split()[-1] for instance in instances(address)}
    kinds = {network["kind"] for name, network in PARAMS["networks"].items() if name in words and "kind" in network}
    other = "of_symbols" if kinds or words & {"performances", "look"} else "of_performances"
    parts = [node for node in ast.parse(text).body if getattr(node, "name", "") != other]
    return "\n".join(ast.unparse(part) for part in parts)


SECTIONS = "|".join(key for key, value in PARAMS.items() if isinstance(value, dict) and key != "networks")
READ = re.compile(rf"params\.((?:{SECTIONS})(?:\.\w+)*|seed|seeds|corpus)\b")


@pytest.mark.parametrize("address", sorted(STAGES.keys() - {"check_params"}))
def test_a_stage_declares_the_params_that_its_script_reads(address: str) -> None:
    """What it reads through study is tested there, experiment by experiment."""
    text = of_the_call(address)
    read = set(READ.findall(text)) | ({"train.networks"} if "params.trained_networks" in text else set())
    if address.endswith("extend_rule"):
        read.remove("sweep.every")  # it scores the whole split
    names = {key for stage in instances(address) for key in stage.get("params", []) if isinstance(key, str)}
    for key in read:
        alone = key in declared(address) or any(name == key or key.startswith(f"{name}.") for name in names)
        part = any(name.startswith(f"{key}.") for name in names)  # of a section with a part for each network, its own
        assert alone or part, key


def test_the_papers_study_depends_on_nothing_beyond_it() -> None:
    """So `dvc repro` alone makes the paper's study and nothing else."""
    ours = {
        Path(path)
        for address in STAGES
        if address.startswith("stages/")
        for stage in instances(address)
        for path in entries(stage, "outs", "metrics", "plots")
    }
    for address in (address for address in STAGES if not address.startswith("stages/")):
        for stage in instances(address):
            for dep in map(Path, stage["deps"]):
                assert not any(out.is_relative_to(dep) or dep.is_relative_to(out) for out in ours), (address, dep)


def test_every_call_of_a_stage_has_a_provenance_of_its_own() -> None:
    """It is named after the script, with its folder, and the words of the call."""
    names = [call.name for call in calls_of(Path(), PARAMS)]
    assert len(set(names)) == len(names)


def test_the_command_needs_nothing_of_the_study() -> None:
    library = Path("src/maestro_lstm").resolve()
    for package in ("cli", "trained", "web"):
        for file in (library / package).glob("*.py"):
            reached = {path.relative_to(library).parts[0] for path in closure(file, {"maestro_lstm": library})}
            assert not reached & NOT_FOR_MUSIC, file


def test_metrics_are_few() -> None:
    """They are what `dvc metrics show` prints, bare; everything else is a table."""
    metrics = {path for address in STAGES for stage in instances(address) for path in entries(stage, "metrics")}
    assert metrics == {"metrics/vs_paper", "metrics/best/test.json", "metrics/ngrams", "metrics/performer/test.json"}


@pytest.mark.parametrize("changes", [{"seq_len": "200"}, {"seeds": "2", "networks.paper.output": "logits"}])
def test_what_dvc_sets_is_all_that_changes_in_params(changes: dict[str, str], tmp_path: Path) -> None:
    """`dvc exp run -S` writes the file anew: it takes comments off the items of lists, and indents them its own way."""
    before, after = Path("params.yaml").read_text(), tmp_path / "params.yaml"
    after.write_text(before)
    apply_overrides(after, [f"{key}={value}" for key, value in changes.items()])
    lines = before.splitlines(), after.read_text().splitlines()
    assert len(lines[0]) == len(lines[1])
    changed = [line for old, line in zip(*lines, strict=True) if old != line]
    assert len(changed) == len(changes)
    assert all(value in line for value, line in zip(changes.values(), changed, strict=True))


def test_no_file_is_long_or_wide() -> None:
    code = [path for folder in ("src", "stages", "tools") for path in Path(folder).rglob("*.py")]
    assert code
    assert {str(path): n for path in [*code, *FILES] if (n := len(path.read_text().splitlines())) > 250} == {}
    texts = [Path("params.yaml"), *FILES, Path("metrics/dvc.yaml"), Path("README.md"), *Path("docs").glob("*.md")]
    for path in texts:
        lines = path.read_text().splitlines()
        wide = [line for line in lines if len(line) > 120 and not line.lstrip().startswith(("|", "!["))]
        assert not [line for line in wide if "](" not in line or len(line) > 200], path


LARGE = {  # bytes above which git keeps no other file, and why it keeps these
    "src/maestro_lstm/export/soundfont/piano.sf2": "an installed package has no DVC to fetch it",
    "src/maestro_lstm/pretrained/best.safetensors": "the same; a new one comes with a release",
    "src/maestro_lstm/pretrained/performer.safetensors": "the same",
    "metrics/plateau/probes/crossed.csv": "256 trainings, probed: what the plateau's claims stand on",
}


def test_git_keeps_few_large_files() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a clone")
    large = {
        name
        for name in listed.stdout.split("\0")
        if name and Path(name).exists() and Path(name).stat().st_size > 1 << 20
    }
    assert large == LARGE.keys()


def test_every_lock_is_valid_yaml_and_all_are_short_together() -> None:
    texts = [file.with_name("dvc.lock").read_text() for file in FILES]
    locks: list[Any] = [yaml.safe_load(text) for text in texts]
    assert all(lock["schema"] == "2.0" for lock in locks)
    stages = sum(len(lock["stages"]) for lock in locks)
    every_setting = len(yaml.safe_dump(locks[0]["stages"]["check_params"]).splitlines())  # as long as params.yaml is
    assert sum(len(text.splitlines()) for text in texts) - every_setting <= 80 * stages
