"""A progress bar: live on a terminal, a line every half minute in a log."""

import sys
from collections.abc import Iterable
from typing import Any, TypeVar

from tqdm import tqdm

T = TypeVar("T")
LINE_EVERY = 30.0  # seconds between states in a log


def progress(steps: Iterable[T], name: str, total: int | None = None, unit: str = "", done: int = 0) -> "tqdm[T]":
    """The same steps with a bar: share done, rate, time left. `done` of them are done already."""
    return tqdm(steps, desc=name, total=total, unit=unit, initial=done, **_style())


def byte_progress(name: str, total: int | None, done: int) -> "tqdm[Any]":
    """A bar of bytes, to `update` by hand. `done` of them are done already."""
    return tqdm(desc=name, total=total, initial=done, unit="B", unit_scale=True, **_style())


def _style() -> dict[str, Any]:
    terminal = sys.stderr.isatty()
    every = 0.2 if terminal else LINE_EVERY
    return {"file": sys.stderr, "mininterval": every, "ascii": not terminal, "dynamic_ncols": True}
