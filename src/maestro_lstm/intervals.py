"""Figures piece by piece → how far they are from what other pieces would have given: 95 % intervals.

The symbols of a piece are not independent of one another, its notes are one composer's and one player's; so pieces are
resampled, not symbols (a cluster bootstrap, percentiles; Efron and Tibshirani 1993, §13).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
DRAWS = 10_000
SEED = 0  # of the draws: the same for all that is compared


@dataclass(frozen=True)
class Interval:
    """A mean, and between what 95 % of the resampled ones lie."""

    mean: float
    low: float
    high: float


def resamples(pieces: int) -> Doubles:
    """How often each piece stands in each resample, (DRAWS, P)."""
    shares = np.full(pieces, 1 / pieces)
    return np.random.default_rng(SEED).multinomial(pieces, shares, size=DRAWS).astype(np.float64)


def interval(symbols: Doubles, values: Doubles) -> Interval:
    """Of a mean over symbols.

    Args:
        symbols: (P,) of each piece.
        values: (P,) their mean in each piece; or the difference between two predictors' there.
    """
    counts = resamples(len(symbols))
    means = counts @ (symbols * values) / (counts @ symbols)  # (DRAWS,)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(float((symbols * values).sum() / symbols.sum()), float(low), float(high))
