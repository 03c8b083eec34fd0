"""The one format of every array file: whole, hashed, and no code in it."""

import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from maestro_lstm.model.checkpoint import load_checkpoint
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.encoded import load_ids, save_ids
from maestro_lstm.tokens.vocabulary import SYMBOLS
from maestro_lstm.training.loop import Training
from maestro_lstm.training.run_cache import RunCache
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.snapshots import resumed
from maestro_lstm.training.tasks import SymbolTask

ARRAYS = {"b": np.arange(6, dtype=np.float32).reshape(2, 3), "a": np.array(7), "c": np.zeros((0, 2), np.uint8)}
IDS = np.arange(60, dtype=np.uint8)
SETTINGS = Settings(4, "logits", "adam", Schedule.constant(0.01), 10, 1, seed=0)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    save_arrays(tmp_path / "x", {**ARRAYS, "t": torch.ones(2, 2).T}, {"words": ["ü", 0.1]})
    arrays, about = load_arrays(tmp_path / "x")
    assert about == {"words": ["ü", 0.1]}
    for name, array in {**ARRAYS, "t": np.ones((2, 2), np.float32)}.items():
        np.testing.assert_array_equal(arrays[name], array, strict=True)


def test_a_change_anywhere_is_noticed(tmp_path: Path) -> None:
    save_arrays(tmp_path / "x", ARRAYS, "words")
    sound = (tmp_path / "x").read_bytes()
    for at in range(len(sound)):
        (tmp_path / "x").write_bytes(sound[:at] + bytes([sound[at] ^ 4]) + sound[at + 1 :])
        with pytest.raises(ValueError, match=r"."):
            load_arrays(tmp_path / "x")
        (tmp_path / "x").write_bytes(sound[:at])
        with pytest.raises(ValueError, match=r"."):
            load_arrays(tmp_path / "x")


def test_values_shapes_names_and_types_are_all_hashed(tmp_path: Path) -> None:
    """Files that are sound but for a hash that is another's."""
    save_arrays(tmp_path / "x", {"a": np.zeros((2, 3), np.float32)}, 1)
    words, digest = _about(tmp_path / "x")
    others: list[tuple[dict[str, Any], str]] = [
        ({"b": np.zeros((2, 3), np.float32)}, words),
        ({"a": np.zeros((3, 2), np.float32)}, words),
        ({"a": np.zeros((2, 3), np.int32)}, words),
        ({"a": np.ones((2, 3), np.float32)}, words),
        ({"a": np.zeros((2, 3), np.float32)}, "2"),
        ({}, words),
    ]
    for arrays, told in others:
        (tmp_path / "x").write_bytes(save(arrays, metadata={"about": json.dumps([told, digest])}))
        with pytest.raises(ValueError, match="its hash does not fit its content"):
            load_arrays(tmp_path / "x")


def _about(path: Path) -> list[str]:
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    return list(json.loads(header["__metadata__"]["about"]))


class Evil:
    """Unpickled, it makes a folder: a harmless stand-in for what a hostile file would do."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.trap),)


def as_torch(evil: Evil) -> bytes:
    buffer = io.BytesIO()
    torch.save({"lstm.U.weight": evil}, buffer)
    return buffer.getvalue()


def as_numpy(evil: Evil) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([evil], dtype=object), allow_pickle=True)
    return buffer.getvalue()


@pytest.mark.parametrize("packed", [pickle.dumps, as_torch, as_numpy])
def test_a_hostile_pickle_is_never_executed(
    packed: Callable[[Evil], bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trap = tmp_path / "executed"
    data = packed(Evil(trap))

    for load in (load_checkpoint, load_ids):
        (tmp_path / "x.safetensors").write_bytes(data)
        with pytest.raises(UserError, match=r"x\.safetensors is damaged"):
            load(tmp_path / "x.safetensors")

    store = RunCache(tmp_path, SymbolTask(IDS, 90))
    store.path(SETTINGS).write_bytes(data)
    assert store.load(SETTINGS) is None
    snapshot = store.under_way(SETTINGS)
    snapshot.parent.mkdir()
    snapshot.write_bytes(data)
    assert resumed(lambda: Training(SymbolTask(IDS, 90), SETTINGS), snapshot).done == 0
    assert capsys.readouterr().err.count("is not used") == 2

    assert not trap.exists()
    if packed is pickle.dumps:  # and it would have worked
        pickle.loads(data)
        assert trap.exists()


def test_an_encoded_split_is_refused_by_name_where_it_is_not_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "train.safetensors"
    save_ids(path, [IDS])
    np.testing.assert_array_equal(load_ids(path), IDS, strict=True)
    sound = path.read_bytes()
    for data in (sound[:-1], sound[:-1] + b"\x05", b""):  # the last byte was 59: 5 is a symbol's id too
        path.write_bytes(data)
        with pytest.raises(UserError, match=r"train\.safetensors is damaged "):
            load_ids(path)
    save_arrays(path, {"ids": IDS}, {"symbols": ["x", "y"]})
    with pytest.raises(UserError, match=r"train\.safetensors is in another alphabet \(2 symbols\)"):
        load_ids(path)
    save_arrays(path, {"ids": IDS + 40}, {"symbols": SYMBOLS})
    with pytest.raises(UserError, match="does not hold ids of the 90 symbols"):
        load_ids(path)
    with pytest.raises(UserError, match="none is missing"):
        load_ids(tmp_path / "none")
