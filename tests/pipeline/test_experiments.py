"""Experiments as DVC runs them, in copies of the project: the library beside a stage is the one that it runs.

A real DVC project with git, and an environment that holds the library of another checkout, this one.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from maestro_lstm.plumbing.sources import stage_digest
from tests.small_study import make_project

CORPUS = Path("src/maestro_lstm/corpus/folder.py")
TITLE = "Path(name).stem)"
CONFIG = "[core]\n    analytics = false\n    check_update = false\n    autostage = false\n    remote = storage\n"
REMOTE = "['remote \"storage\"']\n    url = storage\n    verify = true\n"


def run(folder: Path, *words: str, fails: bool = False) -> str:
    without = ("PYTHONPATH", "DVC")
    who = {f"GIT_{role}_{what}": "x@localhost" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    set_up = {key: value for key, value in os.environ.items() if not key.startswith(without)} | who
    set_up["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(words, cwd=folder, env=set_up, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert bool(done.returncode) == fails, done.stdout
    return done.stdout


def edited(folder: Path) -> None:
    """Every piece of the corpus gets another title."""
    text = (folder / CORPUS).read_text()
    assert TITLE in text
    (folder / CORPUS).write_text(text.replace(TITLE, f"'edited ' + {TITLE}"))


def titles(folder: Path) -> list[str]:
    with (folder / "data/corpus/pieces.csv").open() as file:
        return [row["title"] for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("experiments") / "clone"
    make_project(Path(), folder)
    (folder / ".dvc/config").write_text(CONFIG + REMOTE)
    for name in (".gitignore", ".dvc/.gitignore"):
        shutil.copy(name, folder / name)
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", "-A")
    run(folder, "git", "commit", "-qm", "a project")
    return folder


def test_a_second_clone_runs_its_own_library(clone: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(clone, other, symlinks=True)
    edited(other)
    run(other, sys.executable, "-m", "stages.check_params")
    run(other, sys.executable, "-m", "stages.download")
    assert all(title.startswith("edited ") for title in titles(other))


def test_without_a_checkout_a_stage_says_whose_library_it_would_run(clone: Path, tmp_path: Path) -> None:
    """The stages alone, without a library beside them."""
    shutil.copytree(clone / "stages", tmp_path / "stages")
    shutil.copy(clone / "params.yaml", tmp_path / "params.yaml")
    told = run(tmp_path, sys.executable, "-m", "stages.check_params", fails=True)
    assert told.startswith("error: the library is that in ")
    assert "Traceback" not in told


def test_what_an_experiment_trains_is_kept_where_it_was_queued(tmp_path: Path) -> None:
    code = "from stages import paths; print(paths.RUNS, paths.LOCK)"
    set_up = {**os.environ, "DVC_ROOT": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=set_up, capture_output=True, text=True, check=True)
    assert done.stdout.split() == [f"{tmp_path}/runs", f"{tmp_path}/.dvc/tmp/stage.lock"]


@pytest.mark.slow
def test_an_edit_that_is_queued_and_reverted_is_run_and_named(clone: Path) -> None:
    run(clone, "dvc", "repro", "-q", "parse")
    run(clone, "git", "add", "-A")
    run(clone, "git", "commit", "-qm", "its data")
    edited(clone)
    digest = stage_digest(clone / "stages/download.py", clone)
    run(clone, "dvc", "exp", "run", "--queue", "-n", "titles", "parse")
    run(clone, "git", "checkout", "-q", "--", "src")
    assert stage_digest(clone / "stages/download.py", clone) != digest
    run(clone, "dvc", "exp", "run", "--run-all")
    assert not any(title.startswith("edited ") for title in titles(clone))
    run(clone, "dvc", "exp", "branch", "titles", "titles")
    run(clone, "git", "switch", "-q", "titles")
    run(clone, "dvc", "checkout", "--allow-missing")
    assert all(title.startswith("edited ") for title in titles(clone))
    made = json.loads((clone / "provenance/download.json").read_text())
    assert made["code"] == digest
    run(clone, "git", "switch", "-q", "-")
    run(clone, "dvc", "checkout", "--allow-missing")  # and back
    assert not any(title.startswith("edited ") for title in titles(clone))


@pytest.mark.slow
def test_what_is_not_there_fails_no_command_that_may_miss_it(clone: Path, tmp_path: Path) -> None:
    """A part of the pipeline was run: `pull` and `checkout` with --allow-missing end well, and a rerun is no change."""
    run(clone, "dvc", "push", "--with-deps", "parse")
    run(tmp_path, "git", "clone", "-q", str(clone), "fresh")
    fresh = tmp_path / "fresh"
    run(fresh, "dvc", "pull", "--allow-missing")
    run(fresh, "dvc", "remote", "add", "--local", "-d", "first", str(clone / ".dvc/storage"))
    run(fresh, "dvc", "pull", "--allow-missing")
    assert titles(fresh) == titles(clone)
    run(fresh, "dvc", "checkout", "--allow-missing")
    run(fresh, "dvc", "repro", "-q", "-f", "parse")
    assert run(fresh, "git", "status", "--porcelain") == ""
