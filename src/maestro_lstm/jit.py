"""Compiling by Numba: once for all processes, and again when any of the compiled code changes.

Numba keeps compiled functions on disk and looks only at the file of a function to tell whether they still hold; one
that calls a function of another file would go on calling the old one. So they are kept in a folder named after the
text of all files with compiled code.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar, cast

import numba
from numba import njit

C = TypeVar("C", bound=Callable[..., Any])
HERE = Path(__file__).parent
SOURCES = (
    "chords.py",
    "events.py",
    "jit.py",
    "passages.py",
    *(f"engines/{name}.py" for name in ("compiled", "functions", "layout", "optimizers")),
)


def _folder() -> Path:
    text = b"".join((HERE / name).read_bytes() for name in SOURCES)
    return HERE / "__pycache__" / f"numba-{hashlib.sha256(text).hexdigest()[:16]}"


def _may_be_kept(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()  # it may be there and be another user's
    except OSError:  # a read-only installation: each process compiles for itself, some ten seconds
        return False
    return True


CACHE = _folder()
KEPT = _may_be_kept(CACHE)
if KEPT:
    numba.config.CACHE_DIR = str(CACHE)


def exact(function: C) -> C:
    """Compile to be built into other compiled code, with a · b + c in one instruction, rounded once.

    Nothing is assumed of NaN and infinity: a training that diverges must be seen to.
    """
    return cast(C, njit(fastmath={"contract"}, error_model="numpy", forceinline=True)(function))


def fast(function: C) -> C:
    """Compile like `exact`, and take sums in any order, so that they can be taken 16 numbers at a time."""
    return cast(
        C, njit(fastmath={"contract", "reassoc", "nsz", "arcp"}, error_model="numpy", forceinline=True)(function)
    )


def entry(function: C) -> C:
    """Compile what Python calls, with all that it calls built in, and keep that.

    Built in and whole: a function is compiled otherwise by itself than among its callers, and which of the two runs
    would depend on what the process did before; so would the last bits of the results. Python's lock is let go, so
    that a Dask worker goes on answering its scheduler.
    """
    return cast(C, njit(cache=KEPT, error_model="numpy", nogil=True)(function))
