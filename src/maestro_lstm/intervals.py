"""Figures piece by piece → how far they are from what other pieces would have given: 95 % intervals.

The symbols of a piece are not independent of one another, its notes are one composer's and one player's; so pieces are
resampled, not symbols (a cluster bootstrap, percentiles; Efron and Tibshirani 1993, §13). Of few pieces an interval is
too narrow, of one there is none. How far other seeds of a network would be apart is not in it.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
DRAWS = 10_000
SEED = 0  # of the draws: the same for all that is compared


@dataclass(frozen=True)
class Interval:
    """A mean, and between what 95 % of the resampled ones lie."""

    mean: float
    low: float  # not a number for one piece
    high: float


@lru_cache(maxsize=1)
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
    mean = float((symbols * values).sum() / symbols.sum())
    if len(symbols) < 2:
        return Interval(mean, math.nan, math.nan)
    counts = resamples(len(symbols))
    means = counts @ (symbols * values) / (counts @ symbols)  # (DRAWS,)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(mean, float(low), float(high))
