"""Compile by Numba: once for all processes and copies of the project, and again when any of the compiled code changes.

Numba keeps compiled functions on disk, by the path and time of a function's own file: one that calls a function of
another file would keep calling the old one, and each copy of the project would compile for ten seconds. So they are
kept in a folder of the user's that is named after the text of all files with compiled code. What a compiler may change
of the arithmetic is in model/functions.py.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self, TypeVar, cast

import numba
from numba import njit
from platformdirs import user_cache_path

C = TypeVar("C", bound=Callable[..., Any])
LIBRARY = Path(__file__).parents[1]
SOURCES = (
    "evaluation/passages.py",
    "midi/validity.py",
    *(f"model/{name}.py" for name in ("compiled", "functions", "layout", "optimizers")),
    "plumbing/jit.py",
    *(f"tokens/{name}.py" for name in ("chord_rule", "events", "note_tokens", "pedal")),
)


def _may_be_kept(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()  # it may exist and belong to another user
    except OSError:  # a user without a home: each process compiles for itself, about ten seconds
        return False
    return True


TEXT = hashlib.sha256(b"".join((LIBRARY / name).read_bytes() for name in SOURCES)).hexdigest()[:16]
CACHE = user_cache_path("maestro-lstm") / f"numba-{TEXT}"
KEPT = _may_be_kept(CACHE)


class ByText:
    """Where Numba keeps a function, as a class that its setting CACHE_LOCATOR_CLASSES can name."""

    def __init__(self, line: int) -> None:
        self.line = line

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Self:  # noqa: ARG003 (wherever it lies)
        return cls(function.__code__.co_firstlineno)

    def ensure_cache_path(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        return str(CACHE)

    def get_source_stamp(self) -> str:
        return TEXT

    def get_disambiguator(self) -> str:
        return str(self.line)


def entry(function: C) -> C:
    """Compile an entry point, inline its callees, cache it on disk.

    Inlined: a function compiles differently by itself than within its callers. Which version runs, and with it the last
    bits of a result, would depend on what the process did before. The GIL is released, so that a Dask worker keeps
    answering its scheduler.
    """
    before = numba.config.CACHE_LOCATOR_CLASSES
    numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.{ByText.__name__}"
    try:
        return cast(C, njit(cache=KEPT, error_model="numpy", nogil=True)(function))
    finally:
        numba.config.CACHE_LOCATOR_CLASSES = before  # other libraries' functions are their business
