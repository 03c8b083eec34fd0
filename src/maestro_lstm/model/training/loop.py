"""Windows to weights: the training loop (paper §4.3, §4.4), one or several sequences per update.

The loop draws, schedules, smooths and keeps the best; how an update is computed is up to the learner. It takes one run,
or several for a learner that trains them together.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.networks.network import Weights
from maestro_lstm.model.training.learners import Learner, learner_for
from maestro_lstm.model.training.probes import Probe, Probes
from maestro_lstm.model.training.schedules import lengths
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.windows import (
    Starts,
    check_seq_len,
    draw_starts,
    epochs_transposed,
    starts_in_order,
    updates_per_epoch,
)
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
    problem: str = ""  # why the run was abandoned

    def add(self, losses: Doubles, rate: float, update: int, smoothing: float, weights: Callable[[], Weights]) -> None:
        """Add the next losses, (n,), up to an update. `weights` is called for a copy if they are the best so far."""
        if not self.problem and not np.isfinite(losses).all():
            self.problem = f"the loss is no longer finite after {update:,} updates: choose a lower learning_rate"
        if self.problem:
            return
        smoothed = smooth(losses, self.curve[-1].smoothed if self.curve else None, smoothing)
        self.curve.append(Point(update, float(losses.mean()), smoothed, rate))
        if self.best is None or smoothed < self.best.smoothed:
            self.best = Best(weights(), update, smoothed)


class Training:
    """Runs trained together. Iterate to train, one point of the curves at a time; `progress` then holds the results.

    Args:
        ids: (S,) the training split.
        n_symbols: V.
        runs: R settings with the same `batch_key`.
        learner: the engine; made from the settings if not given.

    All draws follow from the seed and are made at the start, so `done` says where in them the training is.

    Raises: UserError if the split does not hold one window.
    """

    def __init__(self, ids: Ids, n_symbols: int, runs: Sequence[Settings], learner: Learner | None = None) -> None:
        self.runs, one = runs, runs[0]
        if any(batch_key(run) != batch_key(one) for run in runs) or (one.transpose and len(runs) > 1):
            raise ValueError("these runs cannot be trained together")
        use_cores(one.threads)
        if one.transpose:
            ids = epochs_transposed(ids, one.epochs, one.transpose, one.seed)
        check_seq_len(one.seq_len, len(ids), "train", parts=one.parts)
        self.lengths = lengths_of(one, len(ids))  # (n,), T of each update
        self.n_updates = len(self.lengths)
        if not self.n_updates:
            raise UserError(
                f"params.yaml: symbols: {one.symbols:,} are fewer than one update's, {one.batch} × {one.seq_len}"
            )
        self.n_points = math.ceil(self.n_updates / one.log_every)  # of each curve
        self.starts = np.stack([_starts(run, len(ids), self.lengths) for run in runs])  # (R, n, B)
        self.rates = np.stack([run.schedule.rates(self.n_updates) for run in runs])  # (R, n)
        self.learner = learner or learner_for(ids, n_symbols, runs)
        self.progress = [Progress() for _ in runs]
        self.probes = Probes(ids, n_symbols, one.seq_len, one.probes, self.n_updates, one.log_every)
        self.done = 0  # updates so far, of each run

    def __iter__(self) -> Iterator[int]:
        """Yield the updates done, at every point of the curves."""
        log_every = self.runs[0].log_every
        for first in range(self.done, self.n_updates, log_every):
            some = slice(first, min(first + log_every, self.n_updates))
            starts, rates = self.starts[:, some], self.rates[:, some]
            losses = self.learner.take_updates(starts, rates, self.lengths[some])  # (R, log_every)
            for k, run in enumerate(self.runs):
                rate = float(rates[k, -1])
                self.progress[k].add(losses[k], rate, some.stop, run.smoothing, partial(self.learner.weights, k))
                if some.stop in self.probes.updates:
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
            about.append({"curve": curve, "probes": probes, "best": best, "problem": kept.problem})
        return arrays, {"done": self.done, "progress": about}

    def restore(self, arrays: Arrays, about: Any) -> None:
        """Continue from what `state` returned, bit for bit on the same machine. Raises KeyError or ValueError for
        another training's."""
        self.learner.restore(_under("learner.", arrays))
        for k, (kept, saved) in enumerate(zip(self.progress, about["progress"], strict=True)):
            kept.curve, kept.problem = [Point(*point) for point in saved["curve"]], saved["problem"]
            kept.probes = [Probe(*probe) for probe in saved["probes"]]
            if saved["best"]:
                weights = {name: torch.from_numpy(value) for name, value in _under(f"best.{k}.", arrays).items()}
                kept.best = Best(weights, *saved["best"])
        self.done = about["done"]


def lengths_of(run: Settings, n_symbols: int) -> npt.NDArray[np.int64]:
    """T of each update of a run on this many symbols, (n,)."""
    epochs = 1 if run.transpose else run.epochs  # transposed, the symbols are those of all epochs
    whole = epochs * updates_per_epoch(n_symbols, run.seq_len, run.batch) * run.seq_len
    each = run.symbols // run.batch if run.symbols else whole  # symbols of each sequence's place
    return lengths(run.lengths, run.shortest, run.seq_len, each, run.lengths_up)


def _starts(run: Settings, n_symbols: int, lengths: npt.NDArray[np.int64]) -> Starts:
    """Where each of a run's windows begins, (n, B)."""
    if run.draws == "random":
        return draw_starts(n_symbols, run.seq_len, len(lengths), run.seed, run.batch)
    return starts_in_order(n_symbols, lengths, run.batch)


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
