"""What a training loses in its first updates: on any processor nearly the same, long before rounding makes two runs of
one.

Kept in git for every training (`metrics/first_updates.csv`), they let a stranger check theirs on a machine of another
kind: `make reproduce-check`.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from maestro_lstm.training.loop import Training
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import Task

UPDATES, STEPS, LEAST = 200, 100_000, 20  # the first updates; of no more steps of a network, but at least so many
PARTS = 10  # they are told in so many means


def first_losses(task: Task, run: Settings) -> npt.NDArray[np.float64]:
    """The mean losses, (10,) nats a step, of a run's first updates; on one core, in float32."""
    run = placed(replace(run, precision="float32", threads=1, probes=0), "compiled", "cpu")
    training = Training(task, run)
    wanted = max(min(UPDATES, STEPS // (run.batch * run.seq_len)), LEAST)
    some = slice(0, min(wanted, training.n_updates))
    losses = training.engine.take_updates(training.starts[some], training.rates[some], training.lengths[some])
    return np.array([part.mean() for part in np.array_split(losses, min(PARTS, len(losses)))])
