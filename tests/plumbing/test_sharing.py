"""What travels with a job: a file's name where the other process sees the file, else its content."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from maestro_lstm.plumbing.arrays import mapped_file
from maestro_lstm.plumbing.sharing import fingerprint, sent_to
from maestro_lstm.tokens.encoded import load_ids, save_ids
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.tasks import SymbolTask
from tests.performances import corpus

IDS: Ids = np.random.default_rng(0).integers(0, 90, size=100_000).astype(np.uint8)


def test_symbols_travel_as_their_files_name_or_with_it(tmp_path: Path) -> None:
    path = tmp_path / "train.safetensors"
    save_ids(path, [IDS])
    task = SymbolTask(load_ids(path), 90)
    asked: list[Path] = []
    for shared in (True, False):

        def seen(file: Path, shared: bool = shared) -> bool:
            asked.append(file)
            return shared

        with sent_to(seen):
            sent = pickle.dumps(task)
        assert (len(sent) < 1000) is shared
        there = pickle.loads(sent)
        np.testing.assert_array_equal(there.ids, IDS)
        assert (mapped_file(there.ids) == path) is shared
    assert asked == [path, path]
    assert len(pickle.dumps(task)) < 1000  # to a process of this machine
    assert len(pickle.dumps(SymbolTask(load_ids(path)[:-1], 90))) > len(IDS) - 1  # not all of the file


def test_performances_travel_as_their_folders_name_or_with_it(tmp_path: Path) -> None:
    pieces = corpus(tmp_path / "train")
    task = NoteTask(tmp_path / "train")
    by_name = pickle.dumps(task)
    with sent_to(lambda _: False):
        whole = pickle.dumps(task)
    for file in (tmp_path / "train").iterdir():
        file.unlink()
    there = pickle.loads(whole).pieces
    np.testing.assert_array_equal(there.columns["onset"], pieces.columns["onset"])
    assert len(by_name) < 1000 < len(whole)


@pytest.mark.parametrize("change", ["begin", "end", "longer", "name"])
def test_a_fingerprint_tells_files_and_folders_apart(change: str, tmp_path: Path) -> None:
    content, path = bytes(IDS), tmp_path / "folder" / "a"
    path.parent.mkdir()
    path.write_bytes(content)
    one = fingerprint(path), fingerprint(path.parent)
    assert one == (fingerprint(path), fingerprint(path.parent))
    other = {"begin": b"\xff" + content[1:], "end": content[:-1] + b"\xff", "longer": content + b"\0"}
    path.write_bytes(other.get(change, content))
    if change == "name":
        path = path.rename(path.with_name("b"))
    assert fingerprint(path) != one[0]
    assert fingerprint(path.parent) != one[1]
    assert fingerprint(tmp_path / "none") == ""
