"""Which of this machine's files the processes see that work is sent to: those can be mapped there instead of sent."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

END = 1 << 16  # bytes at a file's beginning and end that tell it from another

_seen: Callable[[Path], bool] | None = None  # by all workers of the cluster, while jobs are sent there


def is_shared(path: Path) -> bool:
    """Whether the file or folder, with the same content, is there for the processes that work is sent to. Those of this
    machine see everything."""
    return path.exists() and (_seen is None or _seen(path.resolve()))


@contextmanager
def sent_to(seen: Callable[[Path], bool]) -> Iterator[None]:
    """Meanwhile jobs go to other machines, which see what `seen` says."""
    global _seen
    before, _seen = _seen, seen
    try:
        yield
    finally:
        _seen = before


def fingerprint(path: Path) -> str:
    """Of a file: its size, beginning and end; of a folder, of all files in it; empty where there is none."""
    if not path.exists():
        return ""
    content = hashlib.sha256()
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        if file.is_file():
            size = file.stat().st_size
            with file.open("rb") as opened:
                content.update(f"{file.name} {size} ".encode() + opened.read(END))
                opened.seek(max(size - END, 0))
                content.update(opened.read(END))
    return content.hexdigest()
