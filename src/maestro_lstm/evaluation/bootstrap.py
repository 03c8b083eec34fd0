"""95 % intervals over pieces: how far a figure might have been with other pieces.

The symbols of a piece are not independent, its notes are one composer's and one player's; so pieces are resampled, not
symbols (a cluster bootstrap with percentiles; Efron and Tibshirani 1993, §13). With few pieces an interval is too
narrow, with one there is none. The spread over seeds of a network is not in it.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
DRAWS = 10_000
SEED = 0  # of the resampling: the same for everything compared


@dataclass(frozen=True)
class Interval:
    """A mean, and the range of 95 % of the resampled means."""

    mean: float
    low: float  # NaN where there is no interval, as for one piece
    high: float


@lru_cache(maxsize=4)
def resamples(pieces: int, draws: int = DRAWS, which: int = 0) -> Doubles:
    """How often each piece occurs in each resample, (draws, P).

    Args:
        which: index of a set, when several are resampled independently.
    """
    shares = np.full(pieces, 1 / pieces)
    return np.random.default_rng([SEED, which]).multinomial(pieces, shares, size=draws).astype(np.float64)


def interval(values: Doubles, weights: Doubles | None = None) -> Interval:
    """The interval of a mean.

    Args:
        values: (P,) a figure of each piece, or the difference between two predictors' figures.
        weights: (P,) of the pieces, such as their symbols; equal if not given.
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
    """The interval of a figure between 0 and `most` that resampling shifts: a resampled set is further from everything
    by the noise of one more draw. That shift is removed.

    Args:
        drawn: the figure of each resample.
    """
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Interval(value, max(0.0, value + float(low)), min(most, value + float(high)))
