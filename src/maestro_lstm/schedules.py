"""Learning rate over the updates (paper §4.3.1, §4.3.2): constant, or cyclical."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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
        """The rate of each update, (n_updates,): PyTorch's CyclicLR, triangular, one step an update (Smith 2017)."""
        place = np.arange(n_updates) % (2 * self.updates_up) / self.updates_up  # 0 … 2, the peak at 1
        return self.low + (self.high - self.low) * (1 - np.abs(place - 1))
