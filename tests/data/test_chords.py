"""Notes → chords: equal to music21 5.7.2, and to the rule worked out by hand."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_lstm.midi.notes import Notes, notes_from_bytes
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.chords import NEXT_MARK, symbols_of
from tests.golden.make import CASES, GOLDEN, case_bytes
from tests.midi_files import Note


def notes_of(notes: list[Note], ticks_per_quarter: int = 160) -> Notes:
    onset, release, pitch = (
        np.array(column, dtype=np.int64) for column in zip(*sorted(notes, key=lambda note: note[0]), strict=True)
    )
    return Notes(onset, release, pitch, ticks_per_quarter)


@pytest.mark.parametrize("case", range(len(CASES)))
def test_equal_to_music21_5_7_2_symbol_for_symbol(case: int) -> None:
    golden = json.loads(GOLDEN.read_text())[case]
    assert symbols_of(chord_stream(notes_from_bytes(case_bytes(*CASES[case])))) == golden


def test_the_golden_files_hold_notes_that_stand_twice() -> None:
    golden = json.loads(GOLDEN.read_text())
    pitches = [sum(not symbol.startswith("<") for symbol in symbols) for symbols in golden]
    assert all(said > made for said, (_, made, _) in zip(pitches, CASES, strict=True))


# 160 ticks a quarter: a sixteenth of it is 10
@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ((10, 100, 64), [60, 64, -1]),  # begins and ends just in the window
        ((11, 100, 64), [60, -1, 64, -1]),  # begins a tick too late
        ((0, 110, 64), [60, 64, -1]),  # is released just in it
        ((0, 111, 64), [60, -1, 64, -1]),  # is released a tick too late
        ((0, 90, 64), [60, 64, -1]),
        ((0, 89, 64), [60, -1, 64, -1]),
    ],
)
def test_window_is_a_sixteenth_of_a_quarter_on_both_sides(second: Note, expected: list[int]) -> None:
    assert chord_stream(notes_of([(0, 100, 60), second])).tolist() == expected


def test_a_note_taken_by_one_chord_is_said_again_by_the_next() -> None:
    notes = notes_of([(0, 100, 60), (5, 111, 64), (6, 105, 67)])  # 67 joins 60; 64 does not, and takes 67 again
    assert chord_stream(notes).tolist() == [60, 67, NEXT_MARK, 64, 67, NEXT_MARK]
    assert chord_stream(notes, "clean").tolist() == [60, 67, NEXT_MARK, 64, NEXT_MARK]


def test_sorted_chords_say_the_same_notes_from_the_lowest_up() -> None:
    notes = notes_of([(0, 100, 72), (1, 100, 60), (5, 111, 64), (6, 105, 67)])
    assert chord_stream(notes).tolist() == [72, 60, 67, NEXT_MARK, 64, 67, NEXT_MARK]
    assert chord_stream(notes, "sorted").tolist() == [60, 67, 72, NEXT_MARK, 64, 67, NEXT_MARK]


def test_pitches_off_the_piano_are_left_out() -> None:
    assert chord_stream(notes_of([(0, 100, 20), (0, 100, 21), (0, 100, 108), (0, 100, 109)])).tolist() == [21, 108, -1]


def test_a_piece_ends_with_end() -> None:
    assert symbols_of([60, 64, -1, 70, -1]) == ["C4", "E4", "<NEXT>", "B-4", "<NEXT>", "<END>"]


some_notes = st.lists(
    st.tuples(st.integers(0, 200), st.integers(1, 100), st.integers(21, 108)).map(lambda n: (n[0], n[0] + n[1], n[2])),
    min_size=1,
    max_size=40,
)


@given(some_notes, st.integers(1, 480))
@settings(deadline=None)
def test_clean_says_every_note_once_and_chords_in_rising_order(notes: list[Note], ticks: int) -> None:
    stream = chord_stream(notes_of(notes, ticks), "clean")
    chords = [chord.tolist() for chord in np.split(stream, np.flatnonzero(stream == NEXT_MARK) + 1)]
    assert sorted(p for p in stream.tolist() if p != NEXT_MARK) == sorted(pitch for _, _, pitch in notes)
    assert all(chord[:-1] == sorted(chord[:-1]) and len(chord) > 1 for chord in chords if chord)


@given(some_notes, st.integers(1, 480))
@settings(deadline=None)
def test_both_rules_open_as_many_chords_or_the_papers_more_notes(notes: list[Note], ticks: int) -> None:
    paper, clean = (chord_stream(notes_of(notes, ticks), rule) for rule in ("paper", "clean"))
    assert (paper == NEXT_MARK).sum() == (clean == NEXT_MARK).sum()
    assert len(paper) >= len(clean)
