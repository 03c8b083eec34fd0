"""MIDI file → notes: this project's reader and chord rule, beside mido and music21, on one core."""

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import mido

from benchmarks.measure import Figure, Way, compare
from maestro_lstm.midi.notes import notes_from_bytes
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.music21_rule import music21_stream


def by_mido(data: bytes) -> list[tuple[int, int]]:
    """Onset and pitch of every note, as little as can be asked of a reader."""
    notes = []
    for track in mido.MidiFile(file=io.BytesIO(data)).tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "note_on" and message.velocity:
                notes.append((now, message.note))
    return notes


def parsing(files: Sequence[Path]) -> list[Figure]:
    """files: spread over all sizes; music21 reads the middle one only, for it takes seconds a file."""
    by_size = sorted(files, key=lambda path: (path.stat().st_size, str(path)))
    few = [by_size[k].read_bytes() for k in range(len(by_size) // 40, len(by_size), max(1, len(by_size) // 20))]
    middle = [few[len(few) // 2]]
    ways = {
        "this project": Way(lambda: [chord_stream(notes_from_bytes(data)) for data in few], _notes(few)),
        "mido": Way(lambda: [by_mido(data) for data in few], _notes(few)),
        "music21": Way(lambda: _quietly(middle), _notes(middle)),
    }
    return compare("parsing", ways, "music21", "µs a note", 1e6, rounds=3)


def _notes(files: Sequence[bytes]) -> int:
    return sum(len(notes_from_bytes(data)) for data in files)


def _quietly(files: Sequence[bytes]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for data in files:
            music21_stream(data)
