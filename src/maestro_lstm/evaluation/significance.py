"""Are two ways to train told apart? The difference of their means, with its error over seeds and over pieces.

Seeds and pieces are two reasons why a figure might have been another; neither error contains the other.
"""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maestro_lstm.evaluation.bootstrap import Interval, interval

Doubles = npt.NDArray[np.float64]
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
    def told_apart(self) -> bool | None:
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


def over_pieces(one: pd.DataFrame, other: pd.DataFrame, measure: str) -> Interval:
    """The difference with its interval over pieces, both on the same ones: their symbols and figures, by piece."""
    apart = (one[measure] - other[measure]).to_numpy(float)
    return interval(apart, other["symbols"].to_numpy(float))


def per_note_over_pieces(one: pd.DataFrame, other: pd.DataFrame, notes: int) -> Interval:
    """The difference in nats a note, where both say the same notes with different symbols.

    Args:
        notes: of all pieces together.
    """
    symbols = other["symbols"].to_numpy(float)
    apart = (one["nats"] * one["symbols"] - other["nats"] * other["symbols"]).to_numpy(float) / symbols
    found, scale = interval(apart, symbols), symbols.sum() / notes
    return Interval(found.mean * scale, found.low * scale, found.high * scale)


def figures(summary: Any, measure: str) -> list[float]:
    """A figure of each of the runs of a `metrics.Summary`."""
    return [float(run[measure]) for run in summary["runs"]]
