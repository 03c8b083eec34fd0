"""Compile by Numba: once for all processes, and again when any of the compiled code changes.

Numba caches compiled functions on disk and checks only a function's own file for changes; one that calls a function of
another file would keep calling the old one. So the cache folder is named after the text of all files with compiled
code. What a compiler may change of the arithmetic is in model/functions.py.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

import numba
from numba import njit

C = TypeVar("C", bound=Callable[..., Any])
LIBRARY = Path(__file__).parents[1]
SOURCES = (
    "evaluation/passages.py",
    "midi/validity.py",
    *(f"model/{name}.py" for name in ("compiled", "functions", "layout", "optimizers")),
    "plumbing/jit.py",
    *(f"tokens/{name}.py" for name in ("chord_rule", "events", "note_tokens", "pedal")),
)


def _folder() -> Path:
    text = b"".join((LIBRARY / name).read_bytes() for name in SOURCES)
    return LIBRARY / "__pycache__" / f"numba-{hashlib.sha256(text).hexdigest()[:16]}"


def _may_be_kept(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()  # it may exist and belong to another user
    except OSError:  # a read-only installation: each process compiles for itself, about ten seconds
        return False
    return True


CACHE = _folder()
KEPT = _may_be_kept(CACHE)
if KEPT:
    numba.config.CACHE_DIR = str(CACHE)


def entry(function: C) -> C:
    """Compile an entry point, inline its callees, cache it on disk.

    Inlined: a function compiles differently by itself than within its callers. Which version runs, and with it the last
    bits of a result, would depend on what the process did before. The GIL is released, so that a Dask worker keeps
    answering its scheduler.
    """
    return cast(C, njit(cache=KEPT, error_model="numpy", nogil=True)(function))
