"""Symbols ↔ music: what is written is read back, whatever the symbols are."""

import subprocess
import sys
from typing import Any
from xml.etree import ElementTree

import pytest
import symusic
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_lstm.export.notation import grand_staff_of, score_of, score_to_midi, to_musicxml
from maestro_lstm.midi.notes import notes_from_bytes
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.chords import chords_of, symbols_of
from maestro_lstm.tokens.vocabulary import END, NEXT, SYMBOLS


def test_chords_are_gathered_until_a_mark() -> None:
    symbols = ["C4", "E4", "C4", NEXT, NEXT, "B-1", END, END, "A0"]
    assert chords_of(symbols) == [(60, 64), (34,), (21,)]
    assert chords_of([]) == chords_of([NEXT, END]) == []


@given(st.lists(st.sampled_from(SYMBOLS), max_size=20))
@settings(deadline=None, max_examples=15)
def test_any_symbols_are_written_and_read_back(symbols: list[str]) -> None:
    chords = chords_of(symbols)
    if chords:
        score = score_of(chords, "any")
        read = chords_of(symbols_of(chord_stream(notes_from_bytes(score_to_midi(score)), "clean")))
        assert read == [tuple(sorted(chord)) for chord in chords]
        notes = ElementTree.fromstring(to_musicxml(score)).iter("note")
        assert sum(note.find("pitch") is not None for note in notes) == sum(map(len, chords))


def test_two_processes_write_the_same_bytes() -> None:
    program = (
        "import hashlib; from maestro_lstm.export.notation import *;"
        "score = score_of([(60, 64), (70,)], 'twice');"
        "print(hashlib.sha256(score_to_midi(score) + to_musicxml(score)).hexdigest())"
    )
    first, second = (subprocess.check_output([sys.executable, "-c", program]) for _ in range(2))
    assert first == second


def test_eyes_get_two_staves_and_the_same_notes() -> None:
    chords = [(60, 64), (34,), (21, 59, 60, 108), (70,)]
    parts = grand_staff_of(chords, "any").parts
    upper, lower = ([tuple(p.midi for p in one.pitches) for one in part.notesAndRests] for part in parts)
    assert upper == [(60, 64), (), (60, 108), (70,)]
    assert lower == [(), (34,), (21, 59), ()]


@pytest.mark.parametrize("seconds", [0.1, 0.25, 0.5, 2.0])
def test_a_chord_sounds_as_long_as_was_asked(seconds: float) -> None:
    score: Any = symusic.Score.from_midi(score_to_midi(score_of([(60,), (64, 67)], "any", seconds)), ttype="second")
    notes = score.tracks[0].notes
    assert [note.time for note in notes] == pytest.approx([0, seconds, seconds], abs=1e-4)
    assert [note.duration for note in notes] == pytest.approx([seconds] * 3, abs=1e-4)
