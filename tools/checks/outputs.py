"""Two folders in which the pipeline has run: are their outputs the same?"""

import hashlib
import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
import yaml

from maestro_lstm.plumbing.files import sha256_of

MEASURED = "cost"  # the folders of measured times
KINDS = ("data", "metrics", "models", "generated")
RELATIVE, ABSOLUTE = 0.02, 0.5  # how far two GPU runs' figures may be apart: a share, or points and nats


def hashes(folder: Path, measured: bool = False) -> dict[str, str]:
    """SHA-256 of every lock file and of every file that the stages made; those of measured times only if asked."""
    locks = [*folder.glob("dvc.lock"), *folder.glob("stages/*/dvc.lock")]
    files = [
        path
        for kind in KINDS
        for path in (folder / kind).rglob("*")
        if path.is_file() and (measured or not _measured(path))
    ]
    found = {path: sha256_of(path) for path in files} | {
        path: _hash([json.dumps(_of_lock(path), sort_keys=True)]) for path in locks
    }
    return {path.relative_to(folder).as_posix(): found[path] for path in sorted(found)}


def _measured(path: PurePath) -> bool:
    """Whether a file holds times that were measured, which are others each time."""
    return MEASURED in path.parts


def _of_lock(path: Path) -> Any:
    """What a lock file says of each stage, without the files of measured times."""
    stages = yaml.safe_load(path.read_text())["stages"]
    for stage in stages.values():
        for kind in ("deps", "outs"):
            stage[kind] = [one for one in stage.get(kind, []) if not _measured(PurePath(one["path"]))]
    return stages


def differences(one: dict[str, str], other: dict[str, str]) -> list[str]:
    """The files that are not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def far_apart(one: Path, other: Path) -> list[str]:
    """The figures in two folders' metrics that differ by more than a GPU's rounding may make them."""
    found = []
    for path in sorted(path for ending in ("*.json", "*.csv") for path in (one / "metrics").rglob(ending)):
        name = path.relative_to(one)
        if _measured(name):
            continue
        if not (other / name).exists():
            found.append(f"{name}: only in one")
            continue
        theirs = dict(_figures(_content(other / name)))
        for key, value in _figures(_content(path)):
            if not math.isclose(value, theirs.get(key, math.inf), rel_tol=RELATIVE, abs_tol=ABSOLUTE):
                found.append(f"{name}: {key}: {value} and {theirs.get(key)}")
    return found


def _content(path: Path) -> Any:
    """A metrics file as a tree; a table as a list of its rows."""
    if path.suffix == ".json":
        return json.loads(path.read_text())
    return pd.read_csv(path).to_dict("records")


def _figures(tree: Any) -> Iterator[tuple[str, float]]:
    """The numbers in a JSON tree, by their dotted keys."""
    for key, value in leaves(tree):
        if isinstance(value, int | float) and not math.isnan(value):
            yield key, float(value)


def leaves(tree: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Every value in a tree by its dotted key; a place in a list is one, too, and what is empty is a value."""
    if isinstance(tree, dict | list) and tree:
        for name, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(value, f"{key}.{name}" if key else str(name))
    else:
        yield key, tree


def summary(found: dict[str, str]) -> str:
    """For each kind of output, the number of files and a hash of their hashes; and one of the lock files."""
    lines = []
    for kind in (*KINDS, "locks"):
        own = [f"{digest}  {name}" for name, digest in found.items() if _kind_of(name) == kind]
        lines.append(f"{_hash(own)}  {kind}, {len(own)} files")
    return "\n".join(lines)


def _kind_of(name: str) -> str:
    return "locks" if name.endswith("dvc.lock") else name.partition("/")[0]


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
