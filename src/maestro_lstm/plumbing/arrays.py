"""Named arrays and metadata in one file with a hash of everything: a truncated or altered file is noticed.

Encoded splits, trained runs, snapshots and networks are kept like this, as safetensors: loading runs no code, and the
same content gives the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from maestro_lstm.plumbing.files import whole_file

Arrays = dict[str, npt.NDArray[Any]]


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
    except (SafetensorError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if _digest(arrays, words) != digest:
        raise ValueError("its hash does not fit its content")
    return arrays, json.loads(words)


def _digest(arrays: Mapping[str, npt.NDArray[Any]], words: str) -> str:
    content = hashlib.sha256(words.encode())
    for name in sorted(arrays):
        content.update(f"{name} {arrays[name].shape} {arrays[name].dtype.str}".encode() + arrays[name].tobytes())
    return content.hexdigest()
