"""Writing a file or a folder whole or not at all, and reading JSON with an error that names the file."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from maestro_lstm.errors import UserError

_written: list[list[Path]] = []  # by each `recorded` that is open


@contextmanager
def recorded() -> Iterator[list[Path]]:
    """The files and folders that this process writes meanwhile."""
    _written.append([])
    try:
        yield _written[-1]
    finally:
        _written.pop()


def _record(path: Path) -> None:
    for paths in _written:
        paths.append(path)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes its name only once it is complete; a failure leaves what stood there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # always the same name: what a kill leaves is written over the next time, and never added up
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())  # or a machine that loses power could keep the name without the content
        temporary.replace(path)
        _record(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the target's place only once it is complete."""
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        _put_in_place(partial, target)
        _record(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _put_in_place(new: Path, target: Path) -> None:
    """Rename a folder over another; the old one is deleted last, and put back if anything goes wrong."""
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
    """Of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    with whole_file(path) as file:
        file.write(data)


def write_text(path: Path, text: str) -> None:
    write_bytes(path, text.encode())


def write_json(path: Path, value: Any, indent: int | None = 2) -> None:
    """The same bytes for the same value; keys stay in the order given."""
    write_text(path, json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False) + "\n")


def write_csv(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows of the same keys, under a header."""
    write_text(path, pd.DataFrame(list(rows)).to_csv(index=False, lineterminator="\n"))


def read_csv(path: Path, columns: Sequence[str], words: Sequence[str] = ()) -> pd.DataFrame:
    """What `write_csv` wrote: just these columns, `words` among them as text, in all others finite numbers.

    Raises UserError, naming the file, where it is missing or anything else.
    """
    try:
        table = pd.read_csv(path, dtype=dict.fromkeys(words, str), keep_default_na=False)
        numbers = [column for column in columns if column not in words]
        if list(table.columns) != list(columns) or table.empty or not np.isfinite(table[numbers].to_numpy(float)).all():
            raise ValueError(f"not a table of {', '.join(columns)}")
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`") from None
    except (OSError, ValueError) as error:
        raise damaged(path, error) from None
    return table


def damaged(path: Path, why: object) -> UserError:
    """The error for a file that the pipeline made and that is no longer what it made."""
    if isinstance(why, ValidationError):  # which would take several lines
        first = why.errors()[0]
        where = ".".join(map(str, first["loc"]))
        why = f"{where}: {first['msg']}" if where else first["msg"]
    return UserError(f"{path} is damaged ({why}): delete it and run `dvc repro`")


def read_json(path: Path) -> Any:
    """Raises UserError, naming the file, where it is missing or not JSON."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro`") from None
    except (ValueError, RecursionError) as error:
        raise damaged(path, error) from None
