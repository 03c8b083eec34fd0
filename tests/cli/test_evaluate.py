"""`maestro-lstm evaluate` and `export`: the user's own MIDI, and the user's own network as a small file."""

import hashlib
import json
import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save

from maestro_lstm.cli.app import run
from maestro_lstm.corpus.maestro import RELEASES
from maestro_lstm.evaluation.note_likelihood import cost_of
from maestro_lstm.model.checkpoint import Checkpoint, load_performer, save_checkpoint
from maestro_lstm.model.network import initial_weights
from maestro_lstm.plumbing.arrays import _digest
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import LICENCE, export, told_of
from maestro_lstm.tokens.events import to_events
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import quantize
from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.tokens.vocabulary import SYMBOLS
from maestro_lstm.tokens.writing import to_midi
from tests.midi_files import midi_file, track
from tests.performances import SETTINGS, made, network

CHECKPOINT = Checkpoint(dict(network().state_dict()), SETTINGS.as_dict())


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.mid"
    path.write_bytes(to_midi(made(0, 20, 5.0)))
    return path


def test_nats_of_ones_own_music_beside_those_of_test(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.safetensors"
    export(CHECKPOINT, path, {"figures": {"test": 2.5}})
    run(["evaluate", str(mine), "--network", str(path)])
    head, row, test = capsys.readouterr().out.splitlines()
    piece = read_performance(mine.read_bytes(), "mine", "folded")
    nats, events = cost_of(load_performer(path), [piece]).nats.sum(), len(to_events(quantize(piece)))
    assert head.split() == ["notes", "nats", "an", "event", "nats", "a", "note"]
    assert row.split()[1:] == ["20", f"{nats / events:.3f}", f"{nats / 20:.2f}"]
    assert test.split()[-1] == "2.500"


def test_files_that_cannot_be_read_are_named_and_left_out(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, high = tmp_path / "a.safetensors", tmp_path / "high.mid"
    save_checkpoint(path, CHECKPOINT)
    high.write_bytes(midi_file([track([(0, 100, 120)])]))
    run(["evaluate", str(high), str(mine), str(tmp_path / "none.mid"), "-n", str(path)])
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 4
    assert told[1].split()[1] == "20"
    assert told[2] == f"left out: {high}: no note on the piano's 88 keys"
    assert told[3].endswith("none.mid: cannot be read (No such file or directory)")


def test_a_folder_is_its_files_and_where_nothing_is_read_it_fails(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, folder = tmp_path / "a.safetensors", tmp_path / "music"
    save_checkpoint(path, CHECKPOINT)
    (folder / "more").mkdir(parents=True)
    for name in ("b.mid", "more/A.MIDI"):
        (folder / name).write_bytes(mine.read_bytes())
    (folder / "notes.txt").write_text("mine")
    run(["evaluate", str(folder), "-n", str(path)])
    rows = capsys.readouterr().out.splitlines()[1:]
    assert [row.split()[0] for row in rows] == [str(folder / "b.mid"), str(folder / "more" / "A.MIDI")]
    with pytest.raises(UserError, match=r"none\.mid: cannot be read"):
        run(["evaluate", str(tmp_path / "none.mid"), "-n", str(path)])
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="empty holds no MIDI file"):
        run(["evaluate", str(tmp_path / "empty"), "-n", str(path)])


def test_it_says_what_the_network_has_learned_from(
    mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, digest = tmp_path / "a.safetensors", hashlib.sha256(mine.read_bytes()).hexdigest()
    export(CHECKPOINT, path, {"figures": {"test": 2.5}})
    for split, told in (("train", "the network learned from it"), ("test", "the network has not heard it")):
        for release in RELEASES.values():
            monkeypatch.setitem(vars(release), "_splits", {digest: split})
        run(["evaluate", str(mine), "-n", str(path)])
        assert capsys.readouterr().out.splitlines()[-1] == f"{mine} is of MAESTRO's {split} split: {told}"


def test_every_file_of_the_study_s_release_has_its_split() -> None:
    splits = Counter(split for _, _, split in RELEASES["3.0.0"]._manifest())
    assert splits == RELEASES["3.0.0"].pieces
    assert RELEASES["3.0.0"].split_of(b"another") == ""


def test_a_network_with_metadata_too_deep_to_read_is_damaged(tmp_path: Path) -> None:
    deep, about = tmp_path / "deep.safetensors", "[" * 100_000 + "]" * 100_000
    arrays = {"x": np.zeros(1, np.float32)}
    deep.write_bytes(save(arrays, metadata={"about": json.dumps([about, _digest(arrays, about)])}))
    with pytest.raises(UserError, match=r"deep\.safetensors is damaged"):
        run(["evaluate", "x.mid", "-n", str(deep)])


def test_notes_off_the_piano_count_for_nothing(mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, more = tmp_path / "a.safetensors", tmp_path / "more.mid"
    save_checkpoint(path, CHECKPOINT)
    piece, late, low = made(0, 20, 5.0), np.full(30, 6.0), np.full(30, 5, np.uint8)
    onset, release = np.append(piece.onset, late), np.append(piece.release, late + 1)
    both = Performance(onset, release, np.append(piece.pitch, low), np.append(piece.velocity, low))
    more.write_bytes(to_midi(both))
    run(["evaluate", str(mine), str(more), "-n", str(path)])
    one, other = capsys.readouterr().out.splitlines()[1:]
    assert one.split()[1:] == other.split()[1:]


def test_an_even_network_needs_the_logarithm_of_the_symbols(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "even.safetensors"
    weights = {name: torch.zeros_like(value) for name, value in initial_weights(len(SYMBOLS), 8, 0).items()}
    save_checkpoint(path, Checkpoint(weights, {"hidden": 8}))
    run(["evaluate", str(mine), "-n", str(path)])
    assert f"{math.log(90):.3f}" in capsys.readouterr().out.splitlines()[1]


def test_an_exported_network_is_half_as_large_and_plays_the_same_but_for_rounding(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole, half = tmp_path / "whole.safetensors", tmp_path / "half.safetensors"
    save_checkpoint(whole, CHECKPOINT)
    run(["export", str(whole), str(half)])
    assert LICENCE in capsys.readouterr().out
    export(CHECKPOINT, tmp_path / "told.safetensors", {"figures": {"test": 2.5}})
    run(["export", str(tmp_path / "told.safetensors"), str(tmp_path / "again.safetensors")])
    assert told_of(tmp_path / "again.safetensors")["figures"] == {"test": 2.5}
    assert half.stat().st_size < 0.6 * whole.stat().st_size
    assert told_of(half) == told_of(whole) == {}
    pieces = [made(1, 50)]
    one, other = (cost_of(load_performer(path), pieces).nats.sum() for path in (whole, half))
    assert one == pytest.approx(other, rel=1e-3)
    with pytest.raises(UserError, match=r"half\.safetensors exists"):
        run(["export", str(whole), str(half)])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["evaluate"], "requires an argument"),
        (["export", "none.safetensors", "x"], "none.safetensors is missing"),
        (["sing"], "sing"),
    ],
)
def test_a_wrong_word_is_told_in_a_line(words: list[str], message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        run(words)
    assert "\n" not in str(raised.value)
