"""What each process of test_ranks.py does: train, and the first keep what came of it."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from maestro_lstm.plumbing import torchrun
from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.tokens.vocabulary import END_ID, Ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.run_cache import Run
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask, Task
from tests.performances import SETTINGS

UPDATES = 200
_random = np.random.default_rng(0)
IDS: Ids = np.where(np.arange(3000) % 250 == 249, END_ID, _random.integers(30, 50, size=3000)).astype(np.uint8)
SYMBOLS = Settings(
    16,
    "logits",
    "muon",
    Cosine(0.01, 0.1),
    10,
    UPDATES,
    seed=3,
    log_every=10,
    draws="streams",
    layers=2,
    skips=True,
    batch=4,
    transpose=5,
    symbols=UPDATES * 4 * 10,
    threads=2,
    engine="torch",
)
NOTES = replace(
    SETTINGS,
    dropout=0.2,
    batch=4,
    epochs=40,
    symbols=UPDATES * 4 * SETTINGS.seq_len,
    log_every=10,
    look=LookSize(2, 4, 12),
)


def tasks(folder: Path) -> dict[str, tuple[Task, Settings]]:
    return {"symbols": (SymbolTask(IDS, 90), SYMBOLS), "notes": (NoteTask(folder / "train"), NOTES)}


def trained(folder: Path, name: str) -> Run:
    task, settings = tasks(folder)[name]
    return train_candidates(folder / "runs", task, {name: [settings]}, "torch", "cpu")[name][0]


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:]
    (folder / f"process-{os.environ['RANK']}.txt").write_text(str(os.getpid()))
    for name in names:
        trained(folder, name)


if __name__ == "__main__":
    if torchrun.wanted():
        report_in_one_line(lambda: torchrun.launch("tests.model.ranked", sys.argv[1:]))
    else:
        report_in_one_line(main)
