"""How far apart two sets of pieces are, each figure with a 95 % interval; and real music in two halves, to compare.

Histograms are summed over a set and compared by total variation distance. Features of single pieces are compared as by
Yang and Lerch (2020, §3.3): the distances within one set and those between the two sets are smoothed to densities,
which are compared by their overlapping area. Their Kullback-Leibler divergence is left out: between densities that
hardly overlap it is whatever keeps the logarithm finite. Intervals are from resampling the works of both sets, as in
significance.py, and lie around the figure. Small sets are further apart than large ones: compare sets of the same size.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from scipy.stats import gaussian_kde

from maestro_lstm.evaluation.significance import Interval, Labels, centred, resamples

Doubles = npt.NDArray[np.float64]
T = TypeVar("T")  # a piece, or a part of one
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


@dataclass(frozen=True)
class Collection(Generic[T]):
    """Pieces that are compared as one set."""

    pieces: list[T]
    works: Labels  # of each

    @classmethod
    def of_different(cls, pieces: Sequence[T]) -> "Collection[T]":
        """Each is a work of its own."""
        return cls(list(pieces), range(len(pieces)))

    def only(self, works: Labels) -> "Collection[T]":
        """Those of some works."""
        places = [place for place, work in enumerate(self.works) if work in works]
        return Collection([self.pieces[place] for place in places], [self.works[place] for place in places])


def pooled_distance(pieces: Doubles, reference: Doubles, works: tuple[Labels, Labels] | None = None) -> Interval:
    """Total variation distance between the sums of two sets' histograms, (P, K) and (R, K).

    Args:
        works: of both sets; each piece its own if not given.
    """
    works = works or (range(len(pieces)), range(len(reference)))
    value = float(total_variation(pieces.sum(axis=0), reference.sum(axis=0)))
    if min(len(set(own)) for own in works) < 2:
        return Interval(value, math.nan, math.nan)
    here, there = (resamples(own, DRAWS, k) for k, own in enumerate(works))
    return centred(value, total_variation(here @ pieces, there @ reference), most=1)


def similarity(pieces: Doubles, reference: Doubles, works: tuple[Labels, Labels] | None = None) -> Interval:
    """Overlapping area, 0 to 1, of the reference's distances within and to `pieces`; within, of pieces of different
    works, as none of `pieces` is of a work of the reference.

    Args:
        pieces, reference: (P, K) and (R, K), K numbers for each piece; two works at least in the reference.
        works: of both sets; each piece its own if not given.
    """
    works = works or (range(len(pieces)), range(len(reference)))
    apart = _of_different(works[1])
    within = cdist(reference, reference)[apart]
    between = cdist(reference, pieces).ravel()
    grid = np.linspace(0, max(within.max(), between.max()) or 1.0, POINTS)

    def compared(here: Doubles, there: Doubles) -> float:
        # a pair counts as often as both its pieces occur
        pairs = np.outer(there, there)[apart]
        a, b = _density(within, pairs, grid), _density(between, np.outer(there, here).ravel(), grid)
        return float(np.minimum(a, b).sum() / max(a.sum(), b.sum()))

    value = compared(np.ones(len(pieces)), np.ones(len(reference)))
    if len(set(works[0])) < 2:
        return Interval(value, math.nan, math.nan)
    drawn = [
        compared(here, there)
        for here, there in zip(*(resamples(own, KDE_DRAWS, k) for k, own in enumerate(works)), strict=True)
    ]
    return centred(value, np.array(drawn), most=1)


def diversity(pieces: Doubles, works: Labels | None = None) -> float:
    """The mean distance between the pieces of a set, (P, K), that are of different works."""
    apart = _of_different(range(len(pieces)) if works is None else works)
    return float(cdist(pieces, pieces)[apart].mean()) if apart.any() else 0.0


def _of_different(works: Labels) -> npt.NDArray[np.bool_]:
    """(P, P) the pairs of pieces of different works, each once."""
    labels = np.asarray(works, dtype=np.int64)
    return np.triu(labels[:, None] != labels)


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


def halves(
    real: Collection[T], composers: Sequence[str], in_parts: Callable[[Sequence[T]], Sequence[T]]
) -> tuple[Collection[T], Collection[T]]:
    """Two sets: works alternate, all performances of one in the same set.

    Works are ordered by composer, so both sets have about the same composers. With fewer than four, parts of the
    pieces alternate instead.

    Args:
        composers: of each piece.
    """
    composer = dict(zip(real.works, composers, strict=True))  # one each, though names are spelled in many ways
    order = sorted(composer, key=lambda work: (composer[work], work))
    if len(order) < 4:
        parts = in_parts(real.pieces)
        return Collection.of_different(parts[::2]), Collection.of_different(parts[1::2])
    return real.only(order[::2]), real.only(order[1::2])
