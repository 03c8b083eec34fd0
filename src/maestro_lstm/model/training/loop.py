"""Windows to weights: the training loop (paper §4.3, §4.4), one or several sequences per update.

The loop draws, schedules, smooths and keeps the best; how an update is computed is up to the learner. It takes one run,
or several for a learner that trains them together.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from maestro_lstm.model.networks import ranks
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.networks.network import Weights, copy_of
from maestro_lstm.model.training.learners import Learner
from maestro_lstm.model.training.probes import Probe
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.tasks import Task
from maestro_lstm.plumbing.arrays import Arrays
from maestro_lstm.plumbing.errors import UserError

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
    """Runs trained together. Iterate to train, one point of the curves at a time; `progress` then holds the results.

    Args:
        task: what they learn from which data.
        runs: R settings with the same `batch_key`.
        learner: the engine; the task's if not given.

    All draws follow from the seed and are made at the start, so `done` says where in them the training is.

    Raises: UserError if the split does not hold one window.
    """

    def __init__(self, task: Task, runs: Sequence[Settings], learner: Learner | None = None) -> None:
        self.runs, one = runs, runs[0]
        if any(batch_key(run) != batch_key(one) for run in runs) or (one.transpose and len(runs) > 1):
            raise ValueError("these runs cannot be trained together")
        use_cores(ranks.threads(one.threads), one.precision)
        course = task.course(runs)
        self.lengths, self.starts = course.lengths, course.starts  # (n,), (R, n, B)
        self.n_updates = len(self.lengths)
        if not self.n_updates:
            raise UserError(
                f"params.yaml: symbols: {one.symbols:,} are fewer than one update's, {one.batch} × {one.seq_len}"
            )
        self.n_points = math.ceil(self.n_updates / one.log_every)  # of each curve
        self.rates = np.stack([run.schedule.rates(self.n_updates) for run in runs])  # (R, n)
        self.learner = learner or course.learner()
        self.progress = [Progress() for _ in runs]
        self.probes = course.probes
        self.done = 0  # updates so far, of each run

    def __iter__(self) -> Iterator[int]:
        """Yield the updates done, at every point of the curves."""
        log_every, before = self.runs[0].log_every, self.progress[0].seconds[-1] if self.done else 0.0
        began = time.process_time()
        for first in range(self.done, self.n_updates, log_every):
            some = slice(first, min(first + log_every, self.n_updates))
            starts, rates = self.starts[:, some], self.rates[:, some]
            losses = self.learner.take_updates(starts, rates, self.lengths[some])  # (R, log_every)
            spent = ranks.total(time.process_time() - began)
            for k, run in enumerate(self.runs):
                rate = float(rates[k, -1])
                self.progress[k].add(losses[k], rate, some.stop, run.smoothing, partial(self.learner.weights, k))
                self.progress[k].seconds.append(round(before + spent, 3))
                if self.probes and some.stop in self.probes.updates:
                    self.progress[k].probes.append(self.probes.look(self.learner.weights(k), run, some.stop))
            self.done = some.stop
            yield self.done
            if all(progress.problem for progress in self.progress):
                return

    @property
    def points_done(self) -> int:
        return math.ceil(self.done / self.runs[0].log_every)

    def state(self) -> tuple[Arrays, Any]:
        """Everything the rest of the training depends on: arrays, and what fits JSON."""
        arrays = {f"learner.{name}": value for name, value in self.learner.state().items()}
        about = []
        for k, kept in enumerate(self.progress):
            best = None
            if kept.best:
                arrays |= {f"best.{k}.{name}": value.numpy() for name, value in kept.best.weights.items()}
                best = [kept.best.update, kept.best.smoothed]
            curve = [astuple(point) for point in kept.curve]
            probes = [astuple(probe) for probe in kept.probes]
            told = {"curve": curve, "seconds": kept.seconds, "problem": kept.problem}
            about.append({**told, "probes": probes, "best": best})
        return arrays, {"done": self.done, "progress": about}

    def restore(self, arrays: Arrays, about: Any) -> None:
        """Continue from what `state` returned, bit for bit on the same machine. Raises KeyError or ValueError for
        another training's."""
        self.learner.restore(_under("learner.", arrays))
        for k, (kept, saved) in enumerate(zip(self.progress, about["progress"], strict=True)):
            kept.curve, kept.problem = [Point(*point) for point in saved["curve"]], saved["problem"]
            kept.seconds = list(saved["seconds"])
            kept.probes = [Probe(*probe) for probe in saved["probes"]]
            if saved["best"]:
                weights = {name: torch.from_numpy(value) for name, value in _under(f"best.{k}.", arrays).items()}
                kept.best = Best(weights, *saved["best"])
        self.done = about["done"]


def _under(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}


def batch_key(run: Settings) -> Settings:
    """What runs trained together share; seed, optimizer, output and schedule may differ."""
    return replace(run, seed=0, optimizer="adam", output="logits", schedule=None)  # type: ignore[arg-type]


def smooth(losses: Doubles, before: float | None, keep: float) -> float:
    """Exponential mean of the losses, continued from `before`; it starts at the first loss."""
    smoothed = float(losses[0]) if before is None else before
    for loss in losses.tolist():
        smoothed = keep * smoothed + (1 - keep) * loss
    return smoothed
