"""Write a file or folder completely or not at all; read JSON with an error that names the file; how much is read."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from maestro_lstm.plumbing.errors import NotMade

MAX_FILE = 64 << 20  # bytes of a stranger's file that are read; the largest of MAESTRO has 0.5 MB
SUFFIXES = (".mid", ".midi")  # of MIDI files
_written: list[list[Path]] = []  # one list per open `recorded`


@contextmanager
def recorded() -> Iterator[list[Path]]:
    """The files and folders that this process writes in the meantime."""
    _written.append([])
    try:
        yield _written[-1]
    finally:
        _written.pop()


def record(path: Path) -> None:
    """Count a file or folder among those that are written, such as one that was looked at and stays as it is."""
    for paths in _written:
        paths.append(path)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes its name only once complete; on failure the old file stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # always the same name: leftovers of a kill are overwritten next time and never pile up
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # or a power loss could keep the name without the content
        temporary.replace(path)
        record(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill; it replaces the target only once complete."""
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        _put_in_place(partial, target)
        record(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _put_in_place(new: Path, target: Path) -> None:
    """Rename a folder over another. The old one is deleted last, and restored if anything goes wrong."""
    replaced = target.with_name(f".{target.name}.replaced")
    shutil.rmtree(replaced, ignore_errors=True)
    existed = target.exists()
    if existed:
        target.rename(replaced)
    try:
        new.rename(target)
    except BaseException:
        if existed:
            replaced.rename(target)
        raise
    shutil.rmtree(replaced, ignore_errors=True)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any, indent: int | None = 2) -> None:
    """The same value gives the same bytes; keys stay in the order given."""
    write_text(path, json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False) + "\n")


def damaged(path: Path, why: object) -> NotMade:
    """The error for a file that no longer holds what was written."""
    if isinstance(why, ValidationError):  # its own text takes several lines
        first = why.errors()[0]
        where = ".".join(map(str, first["loc"]))
        why = f"{where}: {first['msg']}" if where else first["msg"]
    return NotMade(f"{path} is damaged ({why})", is_there=True)


def read_json(path: Path) -> Any:
    """Raises UserError, naming the file, where it is missing or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise NotMade(f"{path} is missing") from None
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from None
