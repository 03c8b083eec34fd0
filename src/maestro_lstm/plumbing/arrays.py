"""Named arrays and metadata in one file with a hash of everything: a truncated or altered file is noticed.

Encoded splits, trained runs, snapshots and networks are kept like this, as safetensors: loading runs no code, and the
same content gives the same bytes.
"""

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from maestro_lstm.plumbing.files import whole_file

Arrays = dict[str, npt.NDArray[Any]]
CHUNK = 1 << 24  # bytes that are read at a time


def save_arrays(path: Path, arrays: Mapping[str, npt.ArrayLike], about: Any) -> None:
    """Write the file. `about`: anything that fits JSON."""
    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    words = json.dumps(about, sort_keys=True)
    # one key only: safetensors writes several in no fixed order
    metadata = {"about": json.dumps([words, _digest(whole, words)])}
    with whole_file(path) as file:
        file.write(save(whole, metadata=metadata))


def load_arrays(path: Path) -> tuple[Arrays, Any]:
    """Read what `save_arrays` wrote. Raises FileNotFoundError; ValueError, saying what is wrong, for a damaged file."""
    try:
        with safe_open(path, framework="numpy") as file:
            words, digest = json.loads((file.metadata() or {})["about"])
            arrays = {name: file.get_tensor(name) for name in sorted(file.keys())}
        about = json.loads(words)
    except (SafetensorError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if _digest(arrays, words) != digest:
        raise ValueError("its hash does not fit its content")
    return arrays, about


def save_bytes(path: Path, name: str, parts: Iterable[npt.NDArray[np.uint8]], about: Any) -> None:
    """Write what `save_arrays` would for one array of bytes, (S,), whose parts need not fit into memory together."""
    with whole_file(path) as file, TemporaryFile(dir=path.parent) as data:
        for part in parts:
            data.write(np.ascontiguousarray(part).data)
        length = data.tell()
        words = json.dumps(about, sort_keys=True)
        content = hashlib.sha256(words.encode() + _describe(name, (length,), np.dtype(np.uint8)))
        data.seek(0)
        while chunk := data.read(CHUNK):
            content.update(chunk)
        tensor = {"dtype": "U8", "shape": [length], "data_offsets": [0, length]}
        metadata = {"about": json.dumps([words, content.hexdigest()])}
        header = json.dumps({"__metadata__": metadata, name: tensor}, separators=(",", ":")).encode()
        header += b" " * (-len(header) % 8)
        file.write(len(header).to_bytes(8, "little") + header)
        data.seek(0)
        shutil.copyfileobj(data, file, CHUNK)


def map_bytes(path: Path, name: str) -> tuple[npt.NDArray[np.uint8], Any]:
    """Map one array of bytes, (S,), into memory instead of reading it, and the metadata. Raises as `load_arrays`."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if size > path.stat().st_size:
            raise ValueError("it is cut short")
        text = file.read(size)
    try:
        header = json.loads(text)
        words, digest = json.loads(header["__metadata__"]["about"])
        about = json.loads(words)
        first, end = header[name]["data_offsets"]
        if (header[name]["dtype"], header[name]["shape"]) != ("U8", [end - first]):
            raise ValueError(f"{name} is not a row of bytes")
        if end == first:
            array = np.empty(0, np.uint8)
        else:  # copy on write: compiled code takes no array that cannot be written
            mapped = np.memmap(path, np.uint8, mode="c", offset=8 + size + first, shape=(end - first,))
            array = np.asarray(mapped)
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if _digest({name: array}, words) != digest:
        raise ValueError("its hash does not fit its content")
    return array, about


def mapped_file(array: npt.NDArray[Any]) -> Path | None:
    """The file that all of an array is mapped from; None if it lies in memory."""
    base = array.base
    return Path(base.filename) if isinstance(base, np.memmap) and base.filename and base.size == array.size else None


def _digest(arrays: Mapping[str, npt.NDArray[Any]], words: str) -> str:
    content = hashlib.sha256(words.encode())
    for name in sorted(arrays):
        content.update(_describe(name, arrays[name].shape, arrays[name].dtype))
        content.update(np.ascontiguousarray(arrays[name]).data)
    return content.hexdigest()


def _describe(name: str, shape: tuple[int, ...], kind: np.dtype[Any]) -> bytes:
    return f"{name} {shape} {kind.str}".encode()
