"""Where do the outputs of two versions differ? Every file of every project of the sample, byte for byte."""

import csv
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.plumbing.arrays import load_arrays
from tools.checks.outputs import hashes, leaves
from tools.pipeline import overlap

SHOWN = 60  # characters of a value


def outputs_of(project: Path) -> dict[str, str]:
    """A hash of everything that a version made in a project: its results, and its trained runs, whatever their names.

    Locks and dvc.yaml name the code and are no results; a run's name does, too: it is known by what it holds. What was
    probed during a run stands in a table, which is compared unless it is meant to differ.
    """
    everything = hashes(project, measured=project.name == "reports")  # there times are read, not measured
    found = {name: one for name, one in everything.items() if Path(name).name not in ("dvc.lock", "dvc.yaml")}
    shipped = (project / "src").rglob("*.safetensors")
    found |= {f"shipped/{path.name}": content_hash(path, ("commit", "code")) for path in shipped}
    runs = sorted(content_hash(path, ("of", "seconds", "probes")) for path in (project / "runs").glob("*.safetensors"))
    return found | {f"runs/{one[:16]}": one for one in runs}


def content_hash(path: Path, but: Collection[str]) -> str:
    """Of arrays and what is said of them, to the last bit; not of names, nor of what is said under some keys: a run's
    own key and a shipped network's origin name the code."""
    arrays, about = load_arrays(path)
    parts = sorted(
        hashlib.sha256(repr((one.shape, one.dtype.str)).encode() + one.tobytes()).hexdigest() for one in arrays.values()
    )
    return hashlib.sha256(json.dumps([parts, list(_values(about, but))]).encode()).hexdigest()


def _values(tree: Any, but: Collection[str]) -> Iterator[str]:
    if isinstance(tree, dict | list):
        for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            if key not in but:
                yield from _values(value, but)
    elif tree is not None:
        yield repr(tree)


def moved(path: str, moves: Mapping[str, str]) -> str:
    """Where the newer version keeps a result: by the longest of the moves that its path begins with."""
    for old in sorted(moves, key=len, reverse=True):
        if Path(path).is_relative_to(old):
            return (Path(moves[old]) / Path(path).relative_to(old)).as_posix()
    return path


def is_changed(names: Iterable[str], changed: Iterable[str]) -> bool:
    """Whether a result, by one of its names, is meant to differ."""
    return any(overlap(name, one) for name in names for one in changed)


def all_changed(results: Iterable[str], changed: Collection[str]) -> bool:
    """Whether every one of these results is meant to differ, so that its stage has nothing to compare."""
    return all(is_changed([result], changed) for result in results)


def differences(old: Path, new: Path, moves: Mapping[str, str], changed: frozenset[str] = frozenset()) -> list[str]:
    """What differs between two versions of a project, a line each.

    Args:
        moves: results that the newer version keeps elsewhere: old path to new.
        changed: results, by either path, that are meant to differ.
    """
    ours, theirs = outputs_of(new), {moved(name, moves): (name, one) for name, one in outputs_of(old).items()}
    found = []
    for name in sorted(ours.keys() | theirs.keys()):
        if is_changed((name, theirs[name][0] if name in theirs else name), changed):
            continue
        if changed and name.startswith("runs/") and name not in ours:
            continue  # of a stage that the newer version leaves out: were it another's, that would have made one, too
        if name not in theirs:
            found.append(f"{new.name}/{name}: only the newer version makes it")
        elif name not in ours:
            found.append(f"{old.name}/{theirs[name][0]}: only the older version makes it")
        elif ours[name] != theirs[name][1]:
            found.append(f"{new.name}/{name}: {first_difference(old / theirs[name][0], new / name)}")
    return found


def first_difference(old: Path, new: Path) -> str:
    """The first figure that differs between two files, with both values."""
    if not (old.is_file() and new.is_file()):
        return "differs"
    read = {".csv": _cells, ".json": _leaves, ".safetensors": _arrays, ".npy": _column}.get(new.suffix, _lines)
    try:
        for one, other in zip_longest(read(old), read(new), fillvalue=("the end", "nothing")):
            if one != other:
                return f"{other[0]}: {one[1][:SHOWN]}, now {other[1][:SHOWN]}"
    except ValueError as error:
        return f"cannot be read ({error})"
    return "the same figures in other bytes"


Figures = Iterator[tuple[str, str]]


def _cells(path: Path) -> Figures:
    with path.open(newline="") as file:
        head, *rows = csv.reader(file)
    yield "columns", ", ".join(head)
    for k, row in enumerate(rows, start=1):
        for name, cell in zip_longest(head, row, fillvalue=""):
            yield f"row {k}, {name}", cell


def _leaves(path: Path) -> Figures:
    for key, value in leaves(json.loads(path.read_bytes())):
        yield key, repr(value)


def _arrays(path: Path) -> Figures:
    arrays, about = load_arrays(path)
    for name, array in arrays.items():
        yield f"{name}, shape", str(array.shape)
        for k, value in enumerate(array.ravel()):
            yield f"{name}[{k}]", repr(value)
    yield "metadata", json.dumps(about)


def _column(path: Path) -> Figures:
    for k, value in enumerate(np.load(path)):
        yield str(k), repr(value)


def _lines(path: Path) -> Figures:
    for k, line in enumerate(path.read_bytes().splitlines(), start=1):
        yield f"line {k}", repr(line)
