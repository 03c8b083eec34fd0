"""Two sets of pieces → how far apart they are, each figure with a 95 % interval.

Histograms are added up over a set and compared by their total variation distance. Features of single pieces are
compared as Yang and Lerch (2020, §3.3) do: the distances between pieces of one set and those between pieces of the two
sets are smoothed to densities, which are compared by their overlapping area and their Kullback-Leibler divergence.
Intervals are from resampled pieces of both sets, as in `intervals.py`, and lie around the figure. Small sets are
further apart than large ones: compare figures of sets of the same sizes.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.stats import entropy, gaussian_kde

from maestro_lstm.intervals import Interval

Doubles = npt.NDArray[np.float64]
DRAWS = 1000  # resamples, of which the interval is
KDE_DRAWS = 50  # the same where each takes a tenth of a second
POINTS = 200  # where two densities are compared
SEED = 0


def total_variation(one: Doubles, other: Doubles) -> Doubles:
    """½ Σ |p − q| over the last axis, of histograms (…, K): 0 for the same shares, 1 for nothing in common. A histogram
    of nothing has nothing in common with any."""
    sums = one.sum(axis=-1), other.sum(axis=-1)
    empty = (sums[0] == 0) | (sums[1] == 0)
    p, q = (h / np.where(s == 0, 1, s)[..., None] for h, s in zip((one, other), sums, strict=True))
    distance: Doubles = np.where(empty, 1.0, np.abs(p - q).sum(axis=-1) / 2)
    return distance


def pooled_distance(pieces: Doubles, reference: Doubles) -> Interval:
    """Total variation distance between the sums of two sets' histograms, (P, K) and (R, K)."""
    here, there = (_resamples(len(one), DRAWS, seed) for seed, one in enumerate((pieces, reference)))
    value = float(total_variation(pieces.sum(axis=0), reference.sum(axis=0)))
    return _with_interval(value, total_variation(here @ pieces, there @ reference))


def mean(values: Sequence[float]) -> Interval:
    """Of a figure of each piece."""
    array = np.array(values, dtype=np.float64)
    draws = _resamples(len(array), DRAWS, 0) @ array / len(array)
    return _with_interval(float(array.mean()), draws)


def similarity(pieces: Doubles, reference: Doubles) -> tuple[Interval, Interval]:
    """Overlapping area and Kullback-Leibler divergence (nats) of the reference's distances within and to `pieces`.

    Args:
        pieces, reference: (P, K) and (R, K), K numbers for each piece; two pieces at least in the reference.
    """
    within = cdist(reference, reference)[np.triu_indices(len(reference), 1)]
    between = cdist(reference, pieces).ravel()
    grid = np.linspace(0, max(within.max(), between.max()) or 1.0, POINTS)

    def compared(here: Doubles, there: Doubles) -> tuple[float, float]:
        # a pair counts as often as both its pieces were drawn
        pairs = np.outer(there, there)[np.triu_indices(len(reference), 1)]
        a, b = _density(within, pairs, grid), _density(between, np.outer(there, here).ravel(), grid)
        area = float(np.minimum(a, b).sum() / max(a.sum(), b.sum()))
        return area, float(entropy(a + 1e-12, b + 1e-12))

    value = compared(np.ones(len(pieces)), np.ones(len(reference)))
    drawn = [
        compared(here, there)
        for here, there in zip(
            _resamples(len(pieces), KDE_DRAWS, 0), _resamples(len(reference), KDE_DRAWS, 1), strict=True
        )
    ]
    area, divergence = (_with_interval(value[k], np.array([one[k] for one in drawn])) for k in (0, 1))
    return area, divergence


def diversity(pieces: Doubles) -> float:
    """The mean distance between two pieces of a set, (P, K)."""
    return float(cdist(pieces, pieces)[np.triu_indices(len(pieces), 1)].mean()) if len(pieces) > 1 else 0.0


def _density(distances: Doubles, weights: Doubles, grid: Doubles) -> Doubles:
    """Smoothed by Gaussians of Scott's width; all at one place where there is one value only, and at zero where there
    is none, as in a resample of one piece again and again."""
    some = weights > 0
    values, weights = (distances[some], weights[some]) if some.any() else (np.zeros(1), np.ones(1))
    if np.ptp(values) < 1e-12:
        at_one = np.zeros_like(grid)
        at_one[np.argmin(np.abs(grid - values[0]))] = 1 / (grid[1] - grid[0])
        return at_one
    density: Doubles = gaussian_kde(values, weights=weights)(grid)
    return density


def _resamples(pieces: int, draws: int, seed: int) -> Doubles:
    """How often each piece stands in each resample, (draws, P); sets of different seeds independently."""
    shares = np.full(pieces, 1 / pieces)
    return np.random.default_rng([SEED, seed]).multinomial(pieces, shares, size=draws).astype(np.float64)


def _with_interval(value: float, drawn: Doubles) -> Interval:
    # a resampled set is further from everything by the noise of one more draw: that shift is taken off
    low, high = np.percentile(drawn - drawn.mean(), [2.5, 97.5])
    return Interval(value, max(0.0, value + float(low)), value + float(high))  # none of the figures can be negative
