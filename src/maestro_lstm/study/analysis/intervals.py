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
    low: float  # not a number where there is none, as for one piece
    high: float


@lru_cache(maxsize=4)
def resamples(pieces: int, draws: int = DRAWS, which: int = 0) -> Doubles:
    """How often each piece stands in each resample, (draws, P).

    Args:
        which: of several sets that are resampled independently.
    """
    shares = np.full(pieces, 1 / pieces)
    return np.random.default_rng([SEED, which]).multinomial(pieces, shares, size=draws).astype(np.float64)


def interval(values: Doubles, weights: Doubles | None = None) -> Interval:
    """Of a mean.

    Args:
        values: (P,) a figure of each piece; or the difference between two predictors' there.
        weights: (P,) how much each counts, such as its symbols; all the same if not given.
    """
    weights = np.ones(len(values)) if weights is None else weights
    mean = float((weights * values).sum() / weights.sum())
    if len(values) < 2:
        return Interval(mean, math.nan, math.nan)
    counts = resamples(len(values))
    means = counts @ (weights * values) / (counts @ weights)  # (DRAWS,)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(mean, float(low), float(high))


def centred(value: float, drawn: Doubles, most: float = math.inf) -> Interval:
    """Of a figure that lies between 0 and `most` and that a resample shifts: a resampled set is further from everything
    by the noise of one more draw. That shift is taken off.

    Args:
        drawn: the figure of each resample.
    """
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Interval(value, max(0.0, value + float(low)), min(most, value + float(high)))
