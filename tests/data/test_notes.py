"""MIDI → notes: what is read, and what is refused in which words."""

from pathlib import Path

import numpy as np
import pytest

from maestro_lstm.midi.notes import notes_from_bytes, read_bytes
from maestro_lstm.plumbing.errors import BadMidi
from tests.midi_files import Note, midi_file, track

CHORD: list[Note] = [(0, 384, 60), (0, 384, 64), (384, 768, 67)]
GOOD = midi_file([track([]), track(CHORD)])


def test_notes_come_with_their_ticks() -> None:
    notes = notes_from_bytes(GOOD)
    assert notes.ticks_per_quarter == 384
    assert list(zip(notes.onset, notes.release, notes.pitch, strict=True)) == CHORD


def test_several_tracks_are_merged_by_onset_and_drums_left_out() -> None:
    right, left, drums = [(10, 20, 72), (30, 40, 74)], [(0, 40, 48), (10, 40, 52)], [(0, 5, 36)]
    notes = notes_from_bytes(midi_file([track(right), track(left, 1), track(drums, 9)]))
    assert notes.onset.tolist() == [0, 10, 10, 30]
    assert notes.pitch.tolist() == [48, 72, 52, 74]


def test_order_of_the_file_is_kept_within_a_tick() -> None:
    notes = notes_from_bytes(midi_file([track([(0, 9, 70), (0, 5, 60), (0, 7, 65)])]))
    assert notes.pitch.tolist() == [70, 60, 65]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "is empty"),
        (b"RIFF....", "not a MIDI file"),
        (GOOD[:9], "cut short in its header"),
        (GOOD[: len(GOOD) // 2], "cut short in track 2"),
        (GOOD[:-1], "cut short in track 2"),
        (GOOD[:-20] + b"\xff" * 20, "damaged"),
        (midi_file([track([])]), "holds no notes"),
        (midi_file([track(CHORD, 9)]), "holds no notes"),
        (midi_file([track(CHORD)], 65_000), "time division of 65000"),
        (midi_file([track(CHORD)], 0), "time division of 0"),
    ],
)
def test_a_bad_file_is_refused_by_name(data: bytes, reason: str) -> None:
    with pytest.raises(BadMidi, match=reason) as raised:
        notes_from_bytes(data, "bad.mid")
    assert "bad.mid" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadMidi, match=r"none\.mid: cannot be read"):
        read_bytes(tmp_path / "none.mid")


def test_times_are_whole_numbers() -> None:
    notes = notes_from_bytes(GOOD)
    assert notes.onset.dtype == notes.release.dtype == notes.pitch.dtype == np.int64
