"""Windows → weights: the training loop (paper §4.3, §4.4), one sequence an update.

The loop draws, schedules, smooths and keeps the best; how an update is computed is the learner's affair. It takes one
run, or several in step for a learner that trains them together.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from maestro_lstm.compute import use_one_core
from maestro_lstm.engines.learners import Learner, learner_for
from maestro_lstm.engines.network import Weights
from maestro_lstm.settings import Settings
from maestro_lstm.symbols import Ids
from maestro_lstm.windows import check_seq_len, draw_starts, updates_per_epoch

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """A point of the loss curve. Losses in nats a symbol, of the loss that is trained on."""

    update: int  # updates done
    loss: float  # mean since the point before
    smoothed: float  # exponential mean over updates
    learning_rate: float  # of the last update


@dataclass(frozen=True)
class Best:
    """The weights where the smoothed loss was lowest: a copy, which later updates leave alone."""

    weights: Weights
    update: int
    smoothed: float


@dataclass
class Progress:
    """What is kept of a run while it is trained."""

    curve: list[Point] = field(default_factory=list)
    best: Best | None = None
    problem: str = ""  # why the run was given up

    def add(self, losses: Doubles, rate: float, update: int, smoothing: float, weights: Callable[[], Weights]) -> None:
        """The next losses, (n,), up to an update; `weights` copies them if they are the best so far."""
        if not self.problem and not np.isfinite(losses).all():
            self.problem = f"the loss is no longer finite after {update:,} updates: choose a lower learning_rate"
        if self.problem:
            return
        smoothed = smooth(losses, self.curve[-1].smoothed if self.curve else None, smoothing)
        self.curve.append(Point(update, float(losses.mean()), smoothed, rate))
        if self.best is None or smoothed < self.best.smoothed:
            self.best = Best(weights(), update, smoothed)


class Training:
    """Runs of training in step. Iterate to train, a point of the curves at a time; `progress` then holds the results.

    Args:
        ids: (S,) the training split.
        n_symbols: V.
        runs: R settings, equal in all that `in_step` says.
        learner: the engine; made from the settings if not given.

    Raises: UserError where the split does not hold one window.
    """

    def __init__(self, ids: Ids, n_symbols: int, runs: Sequence[Settings], learner: Learner | None = None) -> None:
        use_one_core()
        self.runs, one = runs, runs[0]
        if any(in_step(run) != in_step(one) for run in runs):
            raise ValueError("these runs cannot be trained in step")
        check_seq_len(one.seq_len, len(ids), "train")
        self.n_updates = one.epochs * updates_per_epoch(len(ids), one.seq_len)
        self.n_points = math.ceil(self.n_updates / one.log_every)
        self.starts = np.stack([draw_starts(len(ids), one.seq_len, self.n_updates, run.seed) for run in runs])  # (R, n)
        self.rates = np.stack([run.schedule.rates(self.n_updates) for run in runs])  # (R, n)
        self.learner = learner or learner_for(ids, n_symbols, runs)
        self.progress = [Progress() for _ in runs]

    def __iter__(self) -> Iterator[int]:
        """Updates done, at every point of the curves."""
        log_every = self.runs[0].log_every
        for first in range(0, self.n_updates, log_every):
            some = slice(first, min(first + log_every, self.n_updates))
            losses = self.learner.take_updates(self.starts[:, some], self.rates[:, some])  # (R, log_every)
            for k, run in enumerate(self.runs):
                rate = float(self.rates[k, some][-1])
                self.progress[k].add(losses[k], rate, some.stop, run.smoothing, partial(self.learner.weights, k))
            yield some.stop
            if all(progress.problem for progress in self.progress):
                return


def in_step(run: Settings) -> Settings:
    """What runs that are trained in step have in common; all else may differ."""
    return replace(run, seed=0, optimizer="adam", output="logits", schedule=None)  # type: ignore[arg-type]


def smooth(losses: Doubles, before: float | None, keep: float) -> float:
    """Exponential mean of the losses, going on from the one before; it starts at the first loss."""
    smoothed = float(losses[0]) if before is None else before
    for loss in losses.tolist():
        smoothed = keep * smoothed + (1 - keep) * loss
    return smoothed
