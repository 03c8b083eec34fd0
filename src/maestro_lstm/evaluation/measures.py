"""How far apart two sets of pieces are, each figure with a 95 % interval; and real music in two halves, to compare.

Histograms are summed over a set and compared by total variation distance. Features of single pieces are compared as by
Yang and Lerch (2020, §3.3): the distances within one set and those between the two sets are smoothed to densities,
which are compared by their overlapping area. Their Kullback-Leibler divergence is left out: between densities that
hardly overlap it is whatever keeps the logarithm finite. Intervals are from resampling the pieces of both sets, as in
significance.py, and lie around the figure. Small sets are further apart than large ones: compare sets of the same size.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.stats import gaussian_kde

from maestro_lstm.corpus.index import Piece
from maestro_lstm.evaluation.significance import Interval, centred, resamples

Doubles = npt.NDArray[np.float64]
DRAWS = 1000  # resamples per interval
KDE_DRAWS = 50  # the same, where each takes a tenth of a second
POINTS = 200  # where two densities are compared


def total_variation(one: Doubles, other: Doubles) -> Doubles:
    """½ Σ |p − q| over the last axis of histograms (…, K): 0 for the same shares, 1 for nothing in common. An empty
    histogram has nothing in common with any."""
    sums = one.sum(axis=-1), other.sum(axis=-1)
    empty = (sums[0] == 0) | (sums[1] == 0)
    p, q = (h / np.where(s == 0, 1, s)[..., None] for h, s in zip((one, other), sums, strict=True))
    distance: Doubles = np.where(empty, 1.0, np.abs(p - q).sum(axis=-1) / 2)
    return distance


def pooled_distance(pieces: Doubles, reference: Doubles) -> Interval:
    """Total variation distance between the sums of two sets' histograms, (P, K) and (R, K)."""
    here, there = (resamples(range(len(one)), DRAWS, k) for k, one in enumerate((pieces, reference)))
    value = float(total_variation(pieces.sum(axis=0), reference.sum(axis=0)))
    return centred(value, total_variation(here @ pieces, there @ reference), most=1)


def similarity(pieces: Doubles, reference: Doubles) -> Interval:
    """Overlapping area, 0 to 1, of the reference's distances within and to `pieces`.

    Args:
        pieces, reference: (P, K) and (R, K), K numbers for each piece; two pieces at least in the reference.
    """
    within = cdist(reference, reference)[np.triu_indices(len(reference), 1)]
    between = cdist(reference, pieces).ravel()
    grid = np.linspace(0, max(within.max(), between.max()) or 1.0, POINTS)

    def compared(here: Doubles, there: Doubles) -> float:
        # a pair counts as often as both its pieces occur
        pairs = np.outer(there, there)[np.triu_indices(len(reference), 1)]
        a, b = _density(within, pairs, grid), _density(between, np.outer(there, here).ravel(), grid)
        return float(np.minimum(a, b).sum() / max(a.sum(), b.sum()))

    value = compared(np.ones(len(pieces)), np.ones(len(reference)))
    drawn = [
        compared(here, there)
        for here, there in zip(
            *(resamples(range(len(one)), KDE_DRAWS, k) for k, one in enumerate((pieces, reference))), strict=True
        )
    ]
    return centred(value, np.array(drawn), most=1)


def diversity(pieces: Doubles) -> float:
    """The mean distance between the pieces of a set, (P, K)."""
    return float(cdist(pieces, pieces)[np.triu_indices(len(pieces), 1)].mean()) if len(pieces) > 1 else 0.0


def interval_rows(by_writer: Mapping[str, Mapping[str, Interval]]) -> list[dict[str, Any]]:
    """Every figure with its 95 % interval, one row each."""
    return [
        {"measure": measure, "writer": writer, "value": one.mean, "low": one.low, "high": one.high}
        for writer, figures in by_writer.items()
        for measure, one in figures.items()
    ]


def _density(distances: Doubles, weights: Doubles, grid: Doubles) -> Doubles:
    """Smoothed by Gaussians of Scott's width. A single value gives a spike, none a spike at zero, as in a resample of
    one piece again and again."""
    some = weights > 0
    values, weights = (distances[some], weights[some]) if some.any() else (np.zeros(1), np.ones(1))
    if np.ptp(values) < 1e-12:
        at_one = np.zeros_like(grid)
        at_one[np.argmin(np.abs(grid - values[0]))] = 1 / (grid[1] - grid[0])
        return at_one
    density: Doubles = gaussian_kde(values, weights=weights)(grid)
    return density


T = TypeVar("T")  # a piece, or a part of one


def halves(
    pieces: Sequence[T], works: Sequence[Piece], in_parts: Callable[[Sequence[T]], Sequence[T]]
) -> tuple[list[T], list[T]]:
    """Two sets: works alternate, all performances of one title in the same set.

    Works are ordered by composer, so both sets have about the same composers. With fewer than four, parts of the
    pieces alternate instead.
    """
    names = [(work.composer, work.title) for work in works]
    order = {name: k for k, name in enumerate(dict.fromkeys(sorted(names)))}
    if len(order) < 4:
        parts = in_parts(pieces)
        return list(parts[::2]), list(parts[1::2])
    sides: tuple[list[T], list[T]] = ([], [])
    for name, piece in zip(names, pieces, strict=True):
        sides[order[name] % 2].append(piece)
    return sides
