"""Timing ways to do the same thing, turn by turn, so that whatever else the machine does falls on all of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from maestro_lstm.plumbing.tables import markdown


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str  # is done
    way: str  # in which it is done
    value: float
    unit: str  # of value, such as "µs a symbol"
    times_as_fast: float | None = None  # as `reference`, from times of the same round
    reference: str = ""


@dataclass(frozen=True)
class Way:
    """A way to do it."""

    do: Callable[[], object]
    amount: int  # of what is counted (symbols, files) that one call does


def compare(
    what: str, ways: Mapping[str, Way], reference: str, unit: str, scale: float, rounds: int = 5
) -> list[Figure]:
    """Time every way once a round, after one call that is not counted.

    Args:
        unit, scale: seconds per amount, times scale, is a figure in that unit.

    Returns: for each way the median over rounds, and the median of its rounds' ratios to the reference.
    """
    for way in ways.values():
        way.do()
    seconds: dict[str, list[float]] = {name: [] for name in ways}  # per amount, a figure a round
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way.do()
            seconds[name].append((time.perf_counter() - began) / way.amount)
    figures = []
    for name, own in seconds.items():
        ratio = median(r / o for r, o in zip(seconds[reference], own, strict=True))
        figures.append(Figure(what, name, round(median(own) * scale, 4), unit, round(ratio, 2), reference))
    return figures


def table(figures: Sequence[Mapping[str, Any]]) -> str:
    """The figures in Markdown."""
    rows = []
    for one in figures:
        compared = one["reference"] and one["way"] != one["reference"]
        ratio = f"{_three_digits(one['times_as_fast'])} × {one['reference']}" if compared else ""
        rows.append([one["what"], one["way"], f"{_three_digits(one['value'])} {one['unit']}", ratio])
    return markdown(("what", "way", "time", "times as fast"), rows, text_columns=2)


def _three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):,g}"
