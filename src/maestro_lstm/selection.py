"""Figures of a sweep → the candidate to go on with (paper §4.3).

The paper's choice stands unless another beats it by more than a margin and by more than the seeds' spread:
candidates are scored on windows that differ with T, so that a hundredth of a point says nothing.
"""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")  # a candidate: a name or a number


def choose(figures: Mapping[T, Mapping[str, float]], papers: T, margin: float) -> T:
    """The candidate to go on with.

    Args:
        figures: for each candidate its `accuracy` (percent, mean over seeds) and `accuracy_std`.
        papers: the candidate that the paper chose; it need not be among the figures.
        margin: points by which another must beat it.
    """
    best = max(figures, key=lambda candidate: figures[candidate]["accuracy"])
    if papers not in figures:
        return best
    ours, theirs = figures[best], figures[papers]
    lead = ours["accuracy"] - theirs["accuracy"]
    beaten = lead > margin and lead > max(ours["accuracy_std"], theirs["accuracy_std"])
    return best if beaten else papers
