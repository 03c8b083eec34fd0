"""Snapshots of a training, from which it resumes bit for bit: killed, it loses the seconds since the last one."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from maestro_lstm.model.training.loop import Training
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays

EVERY = float(os.environ.get("SNAPSHOT_SECONDS", "10"))  # between two snapshots; one takes milliseconds


def resumed(make: Callable[[], Training], path: Path) -> Training:
    """A training that resumes from its snapshot, if there is one.

    A snapshot that is damaged or of other runs is reported and ignored: the training then starts over.

    Args:
        make: the training at its start; called again if a snapshot turns out not to fit.
        path: of the snapshot, named after everything that determines the runs.
    """
    training = make()
    try:
        arrays, about = load_arrays(path)
        if about["of"] != path.stem:
            raise ValueError(f"it belongs to {about['of']}")
        training.restore(arrays, about["training"])
    except FileNotFoundError:
        return training
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        print(f"{path} is not used: it is damaged or another's ({error}); the training starts over", file=sys.stderr)
        return make()
    print(f"resuming the training after {training.done:,} of {training.n_updates:,} updates", file=sys.stderr)
    return training


def with_snapshots(training: Training, path: Path, every: float = EVERY) -> Iterator[int]:
    """Iterate a training and save a snapshot every `every` seconds. Yields updates done."""
    saved = time.monotonic()
    for done in training:
        if time.monotonic() - saved >= every:
            arrays, about = training.state()
            save_arrays(path, arrays, {"of": path.stem, "training": about})
            saved = time.monotonic()
        yield done
