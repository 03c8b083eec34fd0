"""A progress bar: live on a terminal, a line every half minute in a log."""

import sys
from collections.abc import Iterable
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")
LINE_EVERY = 30.0  # seconds between states in a log
QUICK = 5.0  # seconds


def progress(steps: Iterable[T], name: str, total: int | None = None, unit: str = "", done: int = 0) -> "tqdm[T]":
    """The same steps with a bar: share done, rate, time left. `done` of them are done already."""
    return tqdm(steps, desc=name, total=total, unit=unit, initial=done, **_style())


def byte_progress(name: str, total: int | None, done: int) -> "tqdm[Any]":
    """A bar of bytes, to `update` by hand. `done` of them are done already."""
    return tqdm(desc=name, total=total, initial=done, unit="B", unit_scale=True, **_style())


def patience(name: str, total: int, unit: str) -> "tqdm[Any]":
    """A bar to `update` by hand, for what is mostly quick: it is seen once that takes longer than a few seconds, and
    gone at the end."""
    return tqdm(desc=name, total=total, unit=unit, delay=QUICK, leave=False, **_style())


def _style() -> dict[str, Any]:
    terminal = sys.stderr.isatty()
    every = 0.2 if terminal else LINE_EVERY
    return {"file": sys.stderr, "mininterval": every, "ascii": not terminal, "dynamic_ncols": True}
