"""How sure a figure is: 95 % intervals over works, and whether two ways to train differ.

The symbols of a piece are not independent, and neither are several performances of one work: works are resampled, each
with all its pieces (a cluster bootstrap with percentiles; Efron and Tibshirani 1993, §13). With few works an interval
is too narrow, with one there is none. Differences of means have an error over seeds and one over works: two reasons why
a figure might have been another, neither of which contains the other.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Doubles = npt.NDArray[np.float64]
Labels = Sequence[int]  # of P pieces: those of one work have the same, and are drawn together
DRAWS = 10_000
SEED = 0  # of the resampling: the same for everything compared


@dataclass(frozen=True)
class Interval:
    """A mean, and the range of 95 % of the resampled means."""

    mean: float
    low: float  # NaN where there is no interval, as for one piece
    high: float


def resamples(works: Labels, draws: int = DRAWS, which: int = 0) -> Doubles:
    """How often each piece occurs in each resample, (draws, P).

    Args:
        which: index of a set, when several are resampled independently.
    """
    names, work = np.unique(np.asarray(works, dtype=np.int64), return_inverse=True)
    drawn = _drawn(len(names), draws, which)
    return np.ascontiguousarray(drawn[:, work])  # sums are taken in the order in which it lies in memory


@lru_cache(maxsize=4)
def _drawn(works: int, draws: int, which: int) -> Doubles:
    """How often each work occurs in each resample, (draws, W)."""
    shares = np.full(works, 1 / works)
    return np.random.default_rng([SEED, which]).multinomial(works, shares, size=draws).astype(np.float64)


def interval(values: Doubles, weights: Doubles | None = None, works: Labels | None = None) -> Interval:
    """The interval of a mean.

    Args:
        values: (P,) a figure of each piece, or the difference between two predictors' figures.
        weights: (P,) of the pieces, such as their symbols; equal if not given.
        works: of the pieces; each its own if not given.
    """
    weights = np.ones(len(values)) if weights is None else weights
    works = range(len(values)) if works is None else works
    mean = float((weights * values).sum() / weights.sum())
    if len(set(works)) < 2:
        return Interval(mean, math.nan, math.nan)
    counts = resamples(works)
    means = counts @ (weights * values) / (counts @ weights)  # (DRAWS,)
    low, high = np.percentile(means, [2.5, 97.5])
    return Interval(mean, float(low), float(high))


def works_at(places: pd.Index, works: Labels) -> list[int]:
    """The works of some of a split's pieces, which a table names by place.

    Args:
        works: of all its pieces.
    """
    return [works[int(place)] for place in places]


def centred(value: float, drawn: Doubles, most: float = math.inf) -> Interval:
    """The interval of a figure between 0 and `most` that resampling shifts: a resampled set is further from everything
    by the noise of one more draw. That shift is removed.

    Args:
        drawn: the figure of each resample.
    """
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Interval(value, max(0.0, value + float(low)), min(most, value + float(high)))


LEVEL = 0.05  # p is not above it, and zero is outside the 95 % intervals
MOST = 20_000  # divisions of the runs that are tried: all for eight seeds and eight


@dataclass(frozen=True)
class Difference:
    """Of two means over seeds."""

    mean: float
    low: float  # of its 95 % interval; NaN where there is none
    high: float
    p: float  # two-sided; NaN where there is none

    @property
    def significant(self) -> bool | None:
        """None where there is no test."""
        return None if math.isnan(self.p) else self.p <= LEVEL and (self.low > 0 or self.high < 0)


def difference(one: Sequence[float], other: Sequence[float]) -> Difference:
    """The mean of one minus that of the other, each with a figure per seed: the interval by Welch's t, p by permuting
    which run belongs to which.

    With n seeds each, p is never below 2 / (2n over n): 1/3 for two, 0.1 for three, 0.03 for four, 0.008 for five.
    """
    from scipy import stats  # here: it takes as long to import as most stages to run

    a, b = np.array(one, float), np.array(other, float)
    mean = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return Difference(mean, math.nan, math.nan, math.nan)
    if np.ptp(a) == np.ptp(b) == 0:  # Welch's t divides by their spread
        low = high = mean
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # where the seeds of one side are all alike
            low, high = stats.ttest_ind(a, b, equal_var=False).confidence_interval()
    permuted = stats.permutation_test((a, b), _between_means, n_resamples=MOST, vectorized=True, rng=0)
    return Difference(mean, float(low), float(high), float(permuted.pvalue))


def _between_means(one: Doubles, other: Doubles, axis: int) -> Doubles:
    return np.asarray(one.mean(axis=axis) - other.mean(axis=axis))


def difference_of_few(
    one: Sequence[float], other: Sequence[float], all_of_them: Sequence[Sequence[float]]
) -> Difference:
    """The same where two or three seeds stand for each of many candidates: their spread is taken to be the same for
    all, and interval and p are Student's t with it.

    Args:
        all_of_them: the figures of every candidate, these two among them.
    """
    from scipy import stats

    mean = float(np.mean(one) - np.mean(other))
    freedom = sum(len(each) - 1 for each in all_of_them)
    if not freedom:
        return Difference(mean, math.nan, math.nan, math.nan)
    variance = sum(float(np.var(each)) * len(each) for each in all_of_them) / freedom
    error = math.sqrt(variance * (1 / len(one) + 1 / len(other)))
    half = float(stats.t.ppf(0.975, freedom)) * error
    p = 2 * float(stats.t.sf(abs(mean) / error, freedom)) if error else float(mean == 0)
    return Difference(mean, mean - half, mean + half, p)


def over_works(one: pd.DataFrame, other: pd.DataFrame, measure: str, works: Labels) -> Interval:
    """The difference with its interval over works, both on the same pieces: their symbols and figures, by piece.

    Args:
        works: of all pieces of the split, by place.
    """
    apart = (one[measure] - other[measure]).to_numpy(float)
    return interval(apart, other["symbols"].to_numpy(float), works_at(other.index, works))


def per_note_over_works(
    one: pd.DataFrame, other: pd.DataFrame, notes: int, works: Labels, with_order: bool = False
) -> Interval:
    """The difference in nats a note, where both say the same notes with different symbols.

    Args:
        notes: of all pieces together.
        works: of all pieces of the split, by place.
        with_order: and `nats_more` for the order of a chord's notes, where the symbols do not tell it.
    """
    symbols = other["symbols"].to_numpy(float)
    spent = [table["nats"] * table["symbols"] + with_order * table.get("nats_more", 0) for table in (one, other)]
    apart, scale = (spent[0] - spent[1]).to_numpy(float), symbols.sum() / notes
    found = interval(apart / symbols, symbols, works_at(other.index, works))
    return Interval(found.mean * scale, found.low * scale, found.high * scale)


def figures(summary: Any, measure: str) -> list[float]:
    """A figure of each of the runs of a `metrics.Summary`."""
    return [float(run[measure]) for run in summary["runs"]]
