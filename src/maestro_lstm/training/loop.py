"""Windows to weights: the training loop (paper §4.3, §4.4), one or several sequences per update.

The loop draws, schedules, smooths and keeps the best; how an update is computed is up to the engine.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from maestro_lstm.model import ranks
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.network import Weights, copy_of
from maestro_lstm.plumbing.arrays import Arrays
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.training.diagnostics import measure
from maestro_lstm.training.engines import Engine
from maestro_lstm.training.probes import Probe
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import Task

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """A point of the loss curve. Losses in nats per symbol, of the loss that is trained on."""

    update: int  # updates done
    loss: float  # mean since the previous point
    smoothed: float  # exponential mean over updates
    learning_rate: float  # of the last update


@dataclass(frozen=True)
class Best:
    """The weights at the lowest smoothed loss: a copy that later updates do not touch."""

    weights: Weights
    update: int
    smoothed: float


@dataclass
class Progress:
    """What is kept of a run during training."""

    curve: list[Point] = field(default_factory=list)
    best: Best | None = None
    probes: list[Probe] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)  # of processor time, up to each point of the curve
    problem: str = ""  # why the run was abandoned

    def add(self, losses: Doubles, rate: float, update: int, smoothing: float, weights: Callable[[], Weights]) -> None:
        """Add the next losses, (n,), up to an update. `weights` are copied if they are the best so far."""
        if not self.problem and not np.isfinite(losses).all():
            self.problem = f"the loss is no longer finite after {update:,} updates: choose a lower learning_rate"
        if self.problem:
            return
        smoothed = smooth(losses, self.curve[-1].smoothed if self.curve else None, smoothing)
        self.curve.append(Point(update, float(losses.mean()), smoothed, rate))
        if self.best is None or smoothed < self.best.smoothed:
            self.best = Best(copy_of(weights()), update, smoothed)


class Training:
    """A run. Iterate to train, one point of the curve at a time; `progress` then holds the results.

    Args:
        task: what is learned from which data.
        engine: the task's if not given.

    Raises: UserError if the split does not hold one window, or for a setting that would do nothing.

    All draws follow from the seed and are made at the start, so `done` says where in them the training is.
    """

    def __init__(self, task: Task, run: Settings, engine: Engine | None = None) -> None:
        run.check()
        self.run = run
        use_cores(ranks.threads(run.threads), run.precision)
        plan = task.plan(run)
        self.lengths, self.starts = plan.lengths, plan.starts  # (n,), (n, B)
        self.n_updates = len(self.lengths)
        if not self.n_updates:
            raise BadSetting(f"symbols: {run.symbols:,} are fewer than one update's, {run.batch} × {run.seq_len}")
        self.n_points = math.ceil(self.n_updates / run.log_every)  # of the curve
        self.rates = run.schedule.rates(self.n_updates)  # (n,)
        self.engine = engine or plan.engine()
        self.progress = Progress()
        self.probes = plan.probes
        self.done = 0  # updates so far

    def __iter__(self) -> Iterator[int]:
        """Yield the updates done, at every point of the curve."""
        run, kept = self.run, self.progress
        began, before = time.process_time(), kept.seconds[-1] if self.done else 0.0
        for first in range(self.done, self.n_updates, run.log_every):
            end = min(first + run.log_every, self.n_updates)
            probed = self.probes is not None and end in self.probes.updates
            losses = self._take(first, end - probed)
            if probed:
                weights = copy_of(self.engine.weights())
                losses = np.append(losses, self._take(end - 1, end))  # by itself: how far does it move them?
            kept.add(losses, float(self.rates[end - 1]), end, run.smoothing, self.engine.weights)
            kept.seconds.append(round(before + ranks.total(time.process_time() - began), 3))
            if self.probes and probed:
                kept.probes.append(measure(self.probes, self.engine.weights(), weights, run, end))
            self.done = end
            yield self.done
            if kept.problem:
                return

    def _take(self, first: int, end: int) -> Doubles:
        """These updates; the loss of each."""
        if first == end:
            return np.empty(0)
        return self.engine.take_updates(self.starts[first:end], self.rates[first:end], self.lengths[first:end])

    @property
    def points_done(self) -> int:
        return math.ceil(self.done / self.run.log_every)

    def state(self) -> tuple[Arrays, Any]:
        """Everything the rest of the training depends on: arrays, and what fits JSON."""
        kept, best = self.progress, None
        arrays = {f"engine.{name}": value for name, value in self.engine.state().items()}
        if kept.best:
            arrays |= {f"best.{name}": value.numpy() for name, value in kept.best.weights.items()}
            best = [kept.best.update, kept.best.smoothed]
        about = {
            "done": self.done,
            "curve": [astuple(point) for point in kept.curve],
            "seconds": kept.seconds,
            "problem": kept.problem,
            "probes": [astuple(probe) for probe in kept.probes],
            "best": best,
        }
        return arrays, about

    def restore(self, arrays: Arrays, about: Any) -> None:
        """Continue from what `state` returned, bit for bit on the same machine. Raises KeyError or ValueError for
        another training's."""
        self.engine.restore(_under("engine.", arrays))
        kept = self.progress
        kept.curve, kept.problem = [Point(*point) for point in about["curve"]], about["problem"]
        kept.seconds = list(about["seconds"])
        kept.probes = [Probe(*probe) for probe in about["probes"]]
        if about["best"]:
            weights = {name: torch.from_numpy(value) for name, value in _under("best.", arrays).items()}
            kept.best = Best(weights, *about["best"])
        self.done = about["done"]


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def smooth(losses: Doubles, before: float | None, keep: float) -> float:
    """Exponential mean of the losses, continued from `before`; it starts at the first loss."""
    smoothed = float(losses[0]) if before is None else before
    for loss in losses.tolist():
        smoothed = keep * smoothed + (1 - keep) * loss
    return smoothed
