"""Schedules over the updates: learning rate (paper §4.3.1, §4.3.2) and sequence length (§5.2.3)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.choices import LengthName


@dataclass(frozen=True)
class Schedule:
    """A triangle wave between two rates; constant where they are equal.

    Attributes:
        low: rate at the start of every cycle, 1/update.
        high: rate at its peak, 1/update.
        updates_up: updates from low to high, and again from high to low.
    """

    low: float
    high: float
    updates_up: int = 1

    @classmethod
    def constant(cls, rate: float) -> "Schedule":
        return cls(rate, rate)

    def rates(self, n_updates: int) -> npt.NDArray[np.float64]:
        """The rate of each update, (n_updates,): PyTorch's CyclicLR, triangular, one step per update (Smith 2017)."""
        place = np.arange(n_updates) % (2 * self.updates_up) / self.updates_up  # 0 … 2, the peak at 1
        return self.low + (self.high - self.low) * (1 - np.abs(place - 1))


@dataclass(frozen=True)
class Cosine:
    """Up in a straight line, then down half a cosine (Loshchilov and Hutter 2017, without restarts).

    Attributes:
        peak: highest rate, 1/update.
        warm_up: share of the updates on the way up.
    """

    peak: float
    warm_up: float

    def rates(self, n_updates: int) -> npt.NDArray[np.float64]:
        """The rate of each update, (n_updates,); neither the first nor the last is zero."""
        up = round(self.warm_up * n_updates)
        done = np.arange(n_updates) + 1
        down = (1 + np.cos(np.pi * (done - up) / (n_updates - up + 1))) / 2
        return self.peak * np.where(done < up, done / max(up, 1), down)


def lengths(name: LengthName, shortest: int, longest: int, symbols: int, updates_up: int) -> npt.NDArray[np.int64]:
    """T of each update of a training on this many symbols per sequence of an update.

    Args:
        name: constant: T is `longest` throughout. growing: from `shortest` to `longest` in a straight line. cyclical: a
            triangle wave between them, as the learning rate's.
        symbols: the sum of all T: at most this if constant, else within less than the longest T.
        updates_up: of the wave, from shortest to longest.

    Returns: (n,)
    """
    if name == "constant":
        return np.full(symbols // longest, longest, dtype=np.int64)
    n = max(math.ceil(symbols / shortest), 1)  # more than enough
    if name == "growing":  # its mean is half-way
        n = max(round(2 * symbols / (shortest + longest)), 1)
        place = np.arange(n) / max(n - 1, 1)
    else:
        place = Schedule(0, 1, updates_up).rates(n)
    found = np.rint(shortest + (longest - shortest) * place).astype(np.int64)
    enough = int(np.searchsorted(found.cumsum(), symbols - longest // 2)) + 1
    return found[:enough]
