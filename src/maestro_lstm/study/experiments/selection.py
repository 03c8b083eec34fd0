"""Which candidate of a sweep wins, and how clearly (paper §4.3).

The paper's choice stands unless another candidate beats it by more than a margin and by more than the seeds' spread:
candidates are scored on windows that differ with T, so a hundredth of a point means nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")  # a candidate: a name or a number


@dataclass(frozen=True)
class Lead(Generic[T]):
    """How far one candidate leads another, in points of accuracy."""

    first: T
    second: T
    points: float  # between the means over seeds
    spread: float  # the larger of the two standard deviations over seeds

    @property
    def beyond_spread(self) -> bool:
        return self.points > self.spread


def lead_of(figures: Mapping[T, Mapping[str, float]], first: T, second: T) -> Lead[T]:
    """figures: for each candidate its `accuracy` (percent, mean over seeds) and `accuracy_std`."""
    one, other = figures[first], figures[second]
    spread = max(one["accuracy_std"], other["accuracy_std"])
    return Lead(first, second, one["accuracy"] - other["accuracy"], spread)


def ranked(figures: Mapping[T, Mapping[str, float]]) -> list[T]:
    """The candidates by their mean, the highest first."""
    return sorted(figures, key=lambda candidate: -figures[candidate]["accuracy"])


def choose(figures: Mapping[T, Mapping[str, float]], papers: T, margin: float) -> T:
    """The winner.

    Args:
        papers: the candidate that the paper chose; it need not be among the figures.
        margin: points by which another must beat it.
    """
    best = ranked(figures)[0]
    if papers not in figures:
        return best
    lead = lead_of(figures, best, papers)
    return best if lead.points > margin and lead.beyond_spread else papers
