"""Tensors and a few words about them in one file, with a hash of all: a file cut short or altered is noticed.

safetensors: loading it runs no code, and the same content is the same bytes.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from maestro_lstm.files import whole_file


def save_tensors(path: Path, tensors: Mapping[str, Tensor], about: Any) -> None:
    """about: what JSON can say."""
    words = json.dumps(about, sort_keys=True)
    # one key only: safetensors writes several in no fixed order
    metadata = {"about": json.dumps([words, _digest(tensors, words)])}
    with whole_file(path) as file:
        file.write(save(dict(tensors), metadata=metadata))


def load_tensors(path: Path) -> tuple[dict[str, Tensor], Any]:
    """What `save_tensors` wrote. Raises FileNotFoundError; ValueError, saying what is wrong, for a damaged file."""
    try:
        with safe_open(path, framework="pt") as file:
            words, digest = json.loads((file.metadata() or {})["about"])
            tensors = {name: file.get_tensor(name) for name in sorted(file.keys())}
    except (SafetensorError, KeyError, TypeError) as error:
        raise ValueError(str(error)) from None
    if _digest(tensors, words) != digest:
        raise ValueError("its hash does not fit its content")
    return tensors, json.loads(words)


def _digest(tensors: Mapping[str, Tensor], words: str) -> str:
    content = hashlib.sha256(words.encode())
    for name in sorted(tensors):
        content.update(f"{name} {tuple(tensors[name].shape)}".encode() + tensors[name].contiguous().numpy().tobytes())
    return content.hexdigest()
