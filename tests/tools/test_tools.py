"""What stands around the pipeline."""

import ast
import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.pipeline_files import PARAMS
from tools import make_env, paper_tables
from tools.checks import fuzz, kill, outputs
from tools.checks.parse_engines import kind_of
from tools.demo import merged
from tools.pipeline import calls_of, overlap


def test_the_papers_revision_is_ours_but_for_the_papers_accuracies(tmp_path: Path, project: Path) -> None:
    ids = set()
    for name in ("one", "two"):
        clone = tmp_path / name
        shutil.copytree(project / "metrics" / "vs_paper", clone / "metrics" / "vs_paper")
        shutil.copytree(project / "metrics" / "ngrams", clone / "metrics" / "ngrams")
        for words in (["git", "init", "-q"], [sys.executable, "-m", "tools.paper_tables"]):
            subprocess.run(words, cwd=clone, check=True, env={**os.environ, "PYTHONPATH": str(project)})
        ids.add(output("git", "rev-parse", paper_tables.TAG, cwd=clone))
        for path in sorted(path.relative_to(clone) for path in clone.glob("metrics/*/*.json")):
            theirs = json.loads(output("git", "show", f"{paper_tables.TAG}:{path}", cwd=clone))
            ours = json.loads((clone / path).read_text())
            assert theirs == {**ours, "accuracy": ours.get("paper", ours["accuracy"])}
    assert len(ids) == 1  # the same metrics are the same commit everywhere


def output(*words: str, cwd: Path) -> str:
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_settings_are_changed_leaf_by_leaf_and_unknown_ones_refused() -> None:
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"b": 9}}) == {"a": {"b": 9, "c": 2}, "d": 3}
    with pytest.raises(KeyError, match="has no e"):
        merged({"a": 1}, {"e": 2})


TOOLS = [path for path in sorted(Path("tools").rglob("*.py")) if "__main__" in path.read_text()]


@pytest.mark.parametrize("path", [path for path in TOOLS if path.name != "make_env.py"], ids=str)
def test_every_tool_tells_what_it_does_and_does_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tool = importlib.import_module(".".join(path.with_suffix("").parts))
    monkeypatch.setattr(sys, "argv", [path.name, "--help"])
    with pytest.raises(SystemExit) as end:
        tool.main()
    assert end.value.code == 0
    assert (tool.__doc__ or "").split()[0] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("ERROR: [Errno 28] No space left on device", "disk is full"),
        ("Failed to establish a new connection: NewConnectionError", "no network"),
        ("ERROR: No matching distribution found for torch==2.13.0", "no build for this Python"),
        ("something else", "^$"),
    ],
)
def test_a_failed_installation_is_explained(printed: str, told: str) -> None:
    assert re.search(told, make_env.cause_in(printed))


def test_an_old_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"error: this is Python 3\.9, and 3\.11 or later is needed"):
        make_env.main()


def test_the_script_that_meets_an_old_python_is_written_for_it(project: Path) -> None:
    tree = ast.parse((project / "tools" / "make_env.py").read_text(), feature_version=(3, 4))
    assert not any(isinstance(node, ast.JoinedStr) for node in ast.walk(tree))  # f-strings came with 3.6


@pytest.mark.parametrize(
    ("exact", "other", "kind"),
    [
        ([(60, 64)], [(60,), (64,)], "one chord in two"),
        ([(60,), (64,)], [(60, 64)], "two chords in one"),
        ([(60, 64)], [(64, 60)], "the same chords, their pitches in another order"),
        ([(60, 64, 60)], [(60, 64)], "one repeat fewer"),
        ([(60, 64)], [(60,)], "a note fewer in this chord"),
        ([(60,)], [(60, 64)], "a note more in this chord"),
    ],
)
def test_differences_between_parsers_are_named(
    exact: list[tuple[int, ...]], other: list[tuple[int, ...]], kind: str
) -> None:
    assert kind_of(exact, other) == kind


MEASURED = "metrics/cost/performer.csv"
LOCK = f"stages: {{{{train: {{{{outs: [{{{{path: x, md5: 0}}}}, {{{{path: {MEASURED}, md5: {{hash}}}}}}]}}}}}}}}"


def test_folders_are_compared_file_by_file(tmp_path: Path) -> None:
    for name, figure in (("one", 42.0), ("two", 42.1)):
        for kind in ("data", "metrics"):
            (tmp_path / name / kind).mkdir(parents=True)
        (tmp_path / name / "dvc.lock").write_text(LOCK.format(hash=figure))
        (tmp_path / name / "metrics" / "cost").mkdir(parents=True)
        (tmp_path / name / MEASURED).write_text(f"seed,seconds\n0,{figure}\n")
        (tmp_path / name / "data" / "x").write_text("same")
        (tmp_path / name / "metrics" / "x.json").write_text(json.dumps({"runs": [{"accuracy": figure}]}))
    (tmp_path / "two" / "data" / "more").touch()
    one, two = outputs.hashes(tmp_path / "one"), outputs.hashes(tmp_path / "two")
    assert list(one) == ["data/x", "dvc.lock", "metrics/x.json"]
    assert outputs.differences(one, one) == []
    assert outputs.differences(one, two) == ["data/more", "metrics/x.json"]
    (tmp_path / "two" / "dvc.lock").write_text(LOCK.replace("md5: 0", "md5: 1").format(hash=42))
    assert outputs.differences(one, outputs.hashes(tmp_path / "two")) == ["data/more", "dvc.lock", "metrics/x.json"]
    assert [line.split("  ")[1] for line in outputs.summary(two).splitlines()] == [
        "data, 2 files",
        "metrics, 1 files",
        "models, 0 files",
        "generated, 0 files",
        "locks, 1 files",
    ]
    assert outputs.far_apart(tmp_path / "one", tmp_path / "two") == []
    (tmp_path / "two" / "metrics" / "x.json").write_text(json.dumps({"runs": [{"accuracy": 50}]}))
    assert outputs.far_apart(tmp_path / "one", tmp_path / "two") == ["metrics/x.json: runs.0.accuracy: 42.0 and 50.0"]
    (tmp_path / "two" / "metrics" / "x.json").unlink()
    assert outputs.far_apart(tmp_path / "one", tmp_path / "two") == ["metrics/x.json: only in one"]
    (tmp_path / "two" / "metrics" / "x.json").write_text(json.dumps({"runs": [{"accuracy": 42.0}]}))
    for name, figure in (("one", 42.0), ("two", 10.0)):
        (tmp_path / name / "metrics" / "x.csv").write_text(f"candidate,accuracy\nadam,{figure}\n")
    assert outputs.far_apart(tmp_path / "one", tmp_path / "two") == ["metrics/x.csv: 0.accuracy: 42.0 and 10.0"]


def test_a_mutant_is_the_same_for_the_same_number() -> None:
    files = [bytes(range(256)), b"MThd"]
    assert [fuzz.mutant(files, n) for n in range(50)] == [fuzz.mutant(files, n) for n in range(50)]
    assert len({fuzz.mutant(files, n) for n in range(50)}) > 30


def test_a_stream_that_makes_no_sense_is_a_fault() -> None:
    sound = [60, 64, -1, 21, -1, 108, -1]
    assert fuzz.fault_of_stream(np.array(sound)) == ""
    for wrong in ([], [60], [-1], [60, -1, -1], [-1, 60, -1], [20, -1], [109, -1]):
        assert fuzz.fault_of_stream(np.array(wrong, dtype=int)) != ""


def test_every_way_of_killing_names_who_is_killed() -> None:
    known = {"dvc", "stage", "workers", "a worker"}
    assert all(set(who) <= known for _, who in kill.WAYS.values())
    assert {signal.SIGKILL, signal.SIGINT} == {which for which, _ in kill.WAYS.values()}


def test_trainings_are_killed_with_all_that_makes_what_they_need() -> None:
    calls = calls_of(Path(), PARAMS)
    some = kill.needed(calls)
    makes = {result for call in some for result in call.results}
    assert {call.name for call in calls if call.words[0] in kill.TRAININGS} <= {call.name for call in some}
    assert not {"report_paper", "generate_best", "live", "evaluate_paper"} & {call.name for call in some}
    for call in some:
        needs = [dep for dep in call.deps if any(overlap(dep, result) for one in calls for result in one.results)]
        assert all(any(overlap(dep, result) for result in makes) for dep in needs), call.name
    assert some == [call for call in calls if call in some]
