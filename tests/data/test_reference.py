"""The slow parse through today's music21, beside the exact rule."""

import pytest

from maestro_lstm.midi.notes import notes_from_bytes
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.music21_rule import music21_stream
from tests.midi_files import Note, midi_file, track

# a chord, a note over two bar lines, a chord that is not quite together; 384 ticks a quarter, 24 the window
NOTES: list[Note] = [(0, 300, 60), (10, 310, 64), (768, 4000, 70), (4200, 4500, 50), (4240, 4500, 55)]


def test_on_music_without_doubtful_cases_both_agree() -> None:
    data = midi_file([track([]), track(NOTES)])
    expected = [60, 64, -1, 70, -1, 50, -1, 55, -1]
    assert chord_stream(notes_from_bytes(data)).tolist() == expected
    assert music21_stream(data).tolist() == expected


def test_it_refuses_what_the_fast_parse_refuses() -> None:
    with pytest.raises(BadMidi, match="is empty"):
        music21_stream(b"")
