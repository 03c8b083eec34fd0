"""Which candidate of a sweep wins, and how clearly (paper §4.3).

The paper's choice stands unless the best candidate is told apart from it and beats it by more than a margin: candidates
are scored on windows that differ with T, so a hundredth of a point means nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from maestro_lstm.evaluation.significance import Difference, difference

T = TypeVar("T")  # a candidate: a name or a number
Accuracies = Sequence[float]  # one per seed, percent


@dataclass(frozen=True)
class Lead(Generic[T]):
    """How far one candidate leads another."""

    first: T
    second: T
    by: Difference  # points of accuracy


def lead_of(accuracies: Mapping[T, Accuracies], first: T, second: T) -> Lead[T]:
    return Lead(first, second, difference(accuracies[first], accuracies[second]))


def ranked(accuracies: Mapping[T, Accuracies]) -> list[T]:
    """The candidates by their mean, the highest first."""
    return sorted(accuracies, key=lambda candidate: -float(np.mean(accuracies[candidate])))


def choose(accuracies: Mapping[T, Accuracies], papers: T, margin: float) -> T:
    """The winner.

    Args:
        papers: the candidate that the paper chose; it need not be among them.
        margin: points by which the best must beat it.
    """
    best = ranked(accuracies)[0]
    if papers not in accuracies:
        return best
    lead = lead_of(accuracies, best, papers).by
    return best if lead.mean > margin and lead.significant else papers
