"""A small study: a project of this code with twelve pieces of MIDI, whose stages run in this process."""

import hashlib
import importlib
import shutil
import sys
from pathlib import Path

import pytest

from stages import command
from tests.midi_files import dense_notes, midi_file, track
from tests.pipeline_files import PARAMS
from tools.demo import EXPLAIN, LOOKS, TRIED, merged, prepare
from tools.pipeline import calls_of

BEST = {"hidden": 8, "training": {"batch": 4, "seq_len": 10, "epochs": 2, "log_every": 10, "threads": 1}}
PLAYS = {"hidden": 8, "head": 8, "training": {"batch": 2, "seq_len": 8, "epochs": 2, "log_every": 5, "threads": 1}}
BRIEF = {**PLAYS, "training": {**PLAYS["training"], "symbols": 200}}  # type: ignore[dict-item]
BRIEF_EVENTS = {"hidden": 8, "training": BRIEF["training"]}
SMALL = {
    "corpus": "folder",
    "networks": {"paper": {"hidden": 8}, "corrected": {"hidden": 8}, "best": BEST}
    | {"performer": PLAYS, "performer_brief": BRIEF, "events": BRIEF_EVENTS},
    "sweep_optimizer": {"candidates": ["sgd", "adam"], "seq_len": 5},
    "sweep_learning_rate": {"seq_len": 5},
    "sweep_seq_len": {"candidates": [5, 100]},
    **EXPLAIN,
    "explain": {"seq_len": 5, "probes": 4},
    "extensions": {"hidden": 8, "batch": 2, "seq_len": 5},
    "extend_optimizer": {"rate": [0.01], "hidden": 8, "symbols": 500, "seeds": 2},
    "extend_search": {"rate": [0.01, 0.02], "symbols": 500},
    "extend_tune": {"rate": [0.01, 0.02], "symbols": 500},
    "extend_size": {"layers": [1, 2], "hidden": [8], "symbols": 500},
    "extend_look": {"variants": LOOKS, "symbols": 200, "seeds": 2},
    "extend_look_best": {"variants": LOOKS, "symbols": 500},
    "extend_lengths": {"candidates": [5, "growing"], "shortest": 5, "longest": 10, "symbols": 500, "seeds": 2},
    "extend_batch": {"draws": ["random", "streams"], "batch": [1, 4], "symbols": 500, "seeds": 2},
    "extend_rule": {"symbols": 500, "seeds": 2},
    "extend_best": {"without": ["nothing", "skips"], "hidden": 8, "symbols": 500, "seeds": 2},
    "chords": {"updates": [1, 20], "pieces": 2},
    "train": {"epochs": 2, "log_every": 10},
    "seeds": 2,
    "play": {
        "primers": ["nothing"],
        "sampling": {"seconds": 3},
        "samples": {"pieces": 2, "seconds": 60},
        "tried": TRIED,
    },
    "distances": {"pieces": 4, "symbols": 50},
    "generate": {
        "primers": ["C3"],
        "real_seconds": 2,
        "sampling": {"corrected": {"length": 2}, "best": {"length": 2}},
    },
}
COMMANDS = calls_of(Path(), merged(PARAMS, SMALL))
DATA = COMMANDS[:4]  # the stages up to encoded splits


def make_project(project: Path, folder: Path) -> None:
    """A project of this code with the user's own MIDI as its corpus: 12 pieces."""
    prepare(project, folder, SMALL)
    mine = folder / "my-midi"
    mine.mkdir()
    for k in range(12):
        (mine / f"{k:02}.mid").write_bytes(midi_file([track(dense_notes(k, 120, 384))]))


def run(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a stage as `python -m stages.…` would."""
    module, *arguments = words.split()
    monkeypatch.setattr(sys, "argv", [f"{module.rpartition('.')[2]}.py", *arguments])
    command.run(importlib.import_module(f"stages.{module}").main)


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every file that the stages made."""
    roots = ("data", "metrics", "models", "generated", "src/maestro_lstm/pretrained")
    files = sorted(path for root in roots for path in (folder / root).rglob("*") if path.is_file())
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name != "dvc.yaml" and (path.parts[len(folder.parts)] != "src" or path.suffix == ".safetensors")
    }


def declared_outputs() -> set[str]:
    """What the dvc.yaml files say that the stages of the small study make."""
    return {path for call in COMMANDS for path in call.results}


def copy_of(study: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a study to work in, with the current directory there."""
    shutil.copytree(study, folder, dirs_exist_ok=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # in this process: starting others takes longer than these jobs
    return folder
