"""Snapshots of a training, from which it resumes bit for bit: killed, it loses the seconds since the last one.

Where several processes share a training, the first writes and reads them; any number of processes that divides the
batch resumes one.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from maestro_lstm.model import ranks
from maestro_lstm.plumbing.arrays import Arrays, load_arrays, save_arrays
from maestro_lstm.plumbing.torchrun import is_first
from maestro_lstm.training.loop import Training

EVERY = float(os.environ.get("SNAPSHOT_SECONDS", "10"))  # between two snapshots; one takes milliseconds


def resumed(make: Callable[[], Training], path: Path) -> Training:
    """A training that resumes from its snapshot, if there is one.

    A snapshot that is damaged or of other runs is reported and ignored: the training then starts over.

    Args:
        make: the training at its start; called again if a snapshot turns out not to fit.
        path: of the snapshot, named after everything that determines the runs.
    """
    training = make()
    found = ranks.from_first(_read(path) if is_first() else None)
    if found is None:
        return training
    arrays, about = found
    try:
        training.restore(arrays, about)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        _report(path, error)
        return make()
    if is_first():
        done = f"{training.done:,} of {training.n_updates:,} updates"
        print(f"resuming the training after {done}", file=sys.stderr)
    return training


def _read(path: Path) -> tuple[Arrays, Any] | None:
    """A snapshot's content; None where there is none to be used."""
    try:
        arrays, about = load_arrays(path)
        if about["of"] != path.stem:
            raise ValueError(f"it belongs to {about['of']}")
        return arrays, about["training"]
    except FileNotFoundError:
        return None
    except (KeyError, OSError, TypeError, ValueError) as error:
        _report(path, error)
        return None


def _report(path: Path, error: Exception) -> None:
    print(f"{path} is not used: it is damaged or another's ({error}); the training starts over", file=sys.stderr)


def with_snapshots(training: Training, path: Path, every: float = EVERY) -> Iterator[int]:
    """Iterate a training and save a snapshot every `every` seconds. Yields updates done."""
    saved = time.monotonic()
    for done in training:
        if ranks.from_first(time.monotonic() - saved >= every):
            arrays, about = training.state()  # by all: each has its own sequences' part
            if is_first():
                save_arrays(path, arrays, {"of": path.stem, "training": about})
            saved = time.monotonic()
        yield done
