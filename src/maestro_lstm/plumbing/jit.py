"""Compile by Numba: once for all processes and copies of the project, and again when any of the compiled code changes.

Numba keeps compiled functions on disk, by the path and time of a function's own file: one that calls a function of
another file would keep calling the old one, and each copy of the project would compile for ten seconds. So they are
kept in a folder of the user's that is named after the text of all files with compiled code. What a compiler may change
of the arithmetic is in model/functions.py.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Self, TypeVar, cast

import llvmlite
import llvmlite.binding
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
    *(f"tokens/{name}.py" for name in ("chord_rule", "chords", "events", "note_tokens", "pedal")),
)


def _folder() -> Path | None:
    """Where compiled code is kept: in the user's cache, or, where there is none to write to, beside the library; None
    where neither can be written to: each process then compiles for itself, about ten seconds."""
    try:
        places = [user_cache_path("maestro-lstm")]
    except RuntimeError:  # a user without a home
        places = []
    for place in (*places, LIBRARY / "__pycache__"):
        folder = place / f"numba-{TEXT}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            TemporaryFile(dir=folder).close()  # it may exist and belong to another user
        except OSError:
            continue
        return folder
    return None


def _text() -> str:
    """All that the compiled code follows from, hashed: Numba's own index knows the processor, but no compiler."""
    parts = [(LIBRARY / name).read_bytes() for name in SOURCES]
    settings = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith("NUMBA_"))
    about = [numba.__version__, llvmlite.__version__, llvmlite.binding.get_host_cpu_name(), *settings]
    return hashlib.sha256(b"\0".join([*parts, *(word.encode() for word in about)])).hexdigest()[:16]


TEXT = _text()
CACHE = _folder()


class ByText:
    """Where Numba keeps a function, as a class that its setting CACHE_LOCATOR_CLASSES can name."""

    def __init__(self, line: int, file: str) -> None:
        self.line, self._py_file = line, file  # under Numba's own name: it tells of the file in a warning

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> Self:
        return cls(function.__code__.co_firstlineno, file)

    def ensure_cache_path(self) -> None:
        """It was there when the library was loaded: see `_folder`."""
        if CACHE:
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
        return cast(C, njit(cache=CACHE is not None, error_model="numpy", nogil=True)(function))
    finally:
        numba.config.CACHE_LOCATOR_CLASSES = before  # it is for our functions only
