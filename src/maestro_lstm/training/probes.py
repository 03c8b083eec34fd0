"""Probes during a training: when, and of which windows; what they tell is measured by diagnostics.py.

A training's own figures cannot show a collapse: its loss hardly moves.
"""

from dataclasses import asdict, dataclass

import numpy as np

from maestro_lstm.training.windows import Source

WINDOWS = 256  # per probe


@dataclass(frozen=True)
class Probe:
    """A network at one moment, on the same windows each time, from a zero state as in training."""

    update: int  # updates done
    accuracy: float  # percent
    next_probability: float  # of `<NEXT>`, mean over all steps, 0 to 1, softmax taken once
    distinct: int  # different symbols with the highest score
    gradient_norm: float  # Euclidean, of one sequence's loss as the optimizer sees it; mean over windows
    state_spread: float  # of a hidden unit over windows, after the last symbol: standard deviation, mean over units
    step_norm: float  # Euclidean, of the last update: how far it moved all weights

    def rounded(self) -> dict[str, float]:
        """As files hold it: four significant digits."""
        return {
            name: value if isinstance(value, int) else float(f"{value:.4g}") for name, value in asdict(self).items()
        }


class Probes:
    """When to probe, and on which windows.

    Args:
        source: the training split.
        n_symbols: V.
        seq_len: T of the windows.
        count: about how many probes, evenly spaced in the logarithm of the updates; 0: none.
        n_updates: of the training.
        log_every: updates; probes are possible after multiples of it, and at the end.
    """

    def __init__(
        self, source: Source, n_symbols: int, seq_len: int, count: int, n_updates: int, log_every: int
    ) -> None:
        self.n_symbols = n_symbols
        first = min(log_every, n_updates)
        wanted = np.geomspace(first, n_updates, count) if count else np.empty(0)
        at = (np.ceil(wanted / log_every) * log_every).astype(np.int64)
        self.updates = set(np.minimum(at, n_updates).tolist())
        starts = np.linspace(0, len(source) - seq_len - 1, WINDOWS).astype(np.int64)
        self.windows = np.ascontiguousarray(source.windows(starts, seq_len + 1).T.astype(np.int64))  # (W, T + 1)
