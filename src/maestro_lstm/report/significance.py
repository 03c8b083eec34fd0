"""Means with their spread, and differences, as cells of a table."""

import math
from collections.abc import Sequence

import numpy as np

from maestro_lstm.evaluation.significance import Difference


def between(low: float, high: float, digits: int = 2, sign: str = "+") -> str:
    """An interval; empty where there is none."""
    return "" if math.isnan(low) else f"{low:{sign}.{digits}f} … {high:{sign}.{digits}f}"


def with_spread(values: Sequence[float], digits: int = 2) -> str:
    """A mean over seeds and the standard deviation (of the sample); one seed has none."""
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} ± {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else mean


def p_of(p: float) -> str:
    """A p-value; empty where there is none."""
    return "" if math.isnan(p) else "< 0.001" if p < 0.001 else f"{p:.2g}"


def difference_cells(one: Difference, digits: int = 2) -> list[str]:
    """The difference, its interval, and p; of one seed only the first."""
    return [f"{one.mean:+.{digits}f}", between(one.low, one.high, digits), p_of(one.p)]


def verdict(significant: bool | None) -> str:
    """Empty where there is no test."""
    return "" if significant is None else "yes" if significant else "no"
