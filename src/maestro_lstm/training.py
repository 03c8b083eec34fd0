"""Windows → weights: the training loop (paper §4.3, §4.4), one sequence an update.

`Learner` is what the loop needs of an engine: take many updates, say the loss of each, hand out the weights.
The loop around it draws, schedules, smooths and keeps the best; it does not know how an update is computed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt
import torch

from maestro_lstm.compute import use_one_core
from maestro_lstm.errors import UserError
from maestro_lstm.network import EngineName, Network, Output, Weights, initial_weights, sequence_loss
from maestro_lstm.schedules import Schedule
from maestro_lstm.symbols import Ids
from maestro_lstm.windows import draw_starts, updates_per_epoch

Floats = npt.NDArray[np.float64]
OptimizerName = Literal["sgd", "adagrad", "adam"]

# Settings other than the learning rate are PyTorch's defaults (§4.3). Fused: the same step in one call.
OPTIMIZERS = {"sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad, "adam": torch.optim.Adam}


@dataclass(frozen=True)
class Settings:
    """All that determines a training run, given the ids."""

    hidden: int
    output: Output
    optimizer: OptimizerName
    schedule: Schedule
    seq_len: int  # T, symbols
    epochs: int
    seed: int  # of the initial weights and of the draws
    log_every: int = 1000  # updates between points of the curve
    smoothing: float = 0.999  # of the loss, per update
    engine: EngineName = "torch"
    device: str = "cpu"


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


class Learner(Protocol):
    def take_updates(self, starts: npt.NDArray[np.int64], rates: Floats) -> Floats:
        """One update for each start and rate, in order; returns the loss of each, nats a symbol, (len(starts),)."""

    def weights(self) -> Weights:
        """A copy of the weights as they now are."""


class AutogradLearner:
    """Either engine of `network.py`, trained by torch's autograd and optimizers."""

    def __init__(self, ids: Ids, n_symbols: int, settings: Settings) -> None:
        self.settings = settings
        self.ids = torch.from_numpy(ids.astype(np.int64)).to(settings.device)  # (S,)
        self.network = Network(n_symbols, settings.hidden, settings.engine)
        self.network.load_weights(initial_weights(n_symbols, settings.hidden, settings.seed))
        self.network.to(settings.device)
        self.optimizer = OPTIMIZERS[settings.optimizer](self.network.parameters(), fused=True)

    def take_updates(self, starts: npt.NDArray[np.int64], rates: Floats) -> Floats:
        seq_len, output = self.settings.seq_len, self.settings.output
        losses = torch.empty(len(starts), device=self.ids.device)  # read once: a GPU is not waited for at each update
        for k, (start, rate) in enumerate(zip(starts.tolist(), rates.tolist(), strict=True)):
            window = self.ids[start : start + seq_len + 1]  # (T + 1,)
            scores, _ = self.network(window[:-1, None])  # (T, 1, V), the state zero at the start
            loss = sequence_loss(scores[:, 0], window[1:], output)
            self.optimizer.param_groups[0]["lr"] = rate
            self.optimizer.zero_grad()
            torch.autograd.backward(loss)
            self.optimizer.step()
            losses[k] = loss.detach()
        return losses.cpu().numpy().astype(np.float64) / seq_len

    def weights(self) -> Weights:
        return self.network.weights()


class Training:
    """One run of training. Iterate over it to train, a point of the curve at a time; then `best` holds the result.

    Args:
        ids: (S,) the training split.
        n_symbols: V.
        learner: the engine; made from the settings if not given.
    """

    def __init__(self, ids: Ids, n_symbols: int, settings: Settings, learner: Learner | None = None) -> None:
        use_one_core()
        self.settings = settings
        self.n_updates = settings.epochs * updates_per_epoch(len(ids), settings.seq_len)
        self.n_points = math.ceil(self.n_updates / settings.log_every)
        self.starts = draw_starts(len(ids), settings.seq_len, self.n_updates, settings.seed)
        self.rates = settings.schedule.rates(self.n_updates)
        self.learner = learner or AutogradLearner(ids, n_symbols, settings)
        self.curve: list[Point] = []
        self.best: Best | None = None

    def __iter__(self) -> Iterator[Point]:
        smoothed = None
        for first in range(0, self.n_updates, self.settings.log_every):
            some = slice(first, min(first + self.settings.log_every, self.n_updates))
            losses = self.learner.take_updates(self.starts[some], self.rates[some])
            if not np.isfinite(losses).all():
                raise UserError(
                    f"the loss is no longer finite after {some.stop:,} updates: choose a lower learning_rate"
                )
            smoothed = smooth(losses, smoothed, self.settings.smoothing)
            point = Point(some.stop, float(losses.mean()), smoothed, float(self.rates[some][-1]))
            self.curve.append(point)
            if self.best is None or smoothed < self.best.smoothed:
                self.best = Best(self.learner.weights(), some.stop, smoothed)
            yield point


def smooth(losses: Floats, before: float | None, keep: float) -> float:
    """Exponential mean of the losses, going on from the one before; it starts at the first loss."""
    smoothed = float(losses[0]) if before is None else before
    for loss in losses.tolist():
        smoothed = keep * smoothed + (1 - keep) * loss
    return smoothed
