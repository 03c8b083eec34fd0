"""A training under way → a file, from which it goes on bit for bit: killed, it loses the seconds since the last one."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from maestro_lstm.arrays import load_arrays, save_arrays
from maestro_lstm.training import Training

EVERY = float(os.environ.get("SNAPSHOT_SECONDS", "10"))  # between two; one takes milliseconds


def resumed(make: Callable[[], Training], path: Path) -> Training:
    """A training that goes on from its snapshot, where there is one.

    What is not a sound snapshot of the very same runs is named and not used: the training then starts anew.

    Args:
        make: the training at its start; called again should a snapshot turn out not to fit.
        path: of the snapshot, named after all that determines the runs.
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
        print(f"{path} is not used, it is damaged or another's ({error}): the training starts anew", file=sys.stderr)
        return make()
    print(f"the training goes on after {training.done:,} of {training.n_updates:,} updates", file=sys.stderr)
    return training


def with_snapshots(training: Training, path: Path, every: float = EVERY) -> Iterator[int]:
    """Iterate a training, leaving a snapshot every so many seconds. Yields updates done."""
    saved = time.monotonic()
    for done in training:
        if time.monotonic() - saved >= every:
            arrays, about = training.state()
            save_arrays(path, arrays, {"of": path.stem, "training": about})
            saved = time.monotonic()
        yield done
