"""A MIDI file's bytes to its chord stream."""

from typing import Literal

import numpy as np

from maestro_lstm.midi.guarded import MB, Reader, guarded
from maestro_lstm.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.choices import Rule
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.tokens.chord_rule import chord_stream

Engine = Literal["fast", "music21"]


def read_stream(data: bytes, name: str, rule: Rule) -> tuple[IntArray]:
    """Chord stream of a MIDI file (`chord_rule.chord_stream`), one chord at least. Raises BadMidi, naming it `name`."""
    return (_not_empty(chord_stream(notes_from_bytes(data, name), rule), name),)


def read_by_music21(data: bytes, name: str, rule: Rule) -> tuple[IntArray]:  # noqa: ARG001 (it has one rule)
    """The same by today's music21."""
    from maestro_lstm.tokens.music21_rule import music21_stream  # here: the other reader does not need music21

    return (_not_empty(music21_stream(data, name), name),)


# processor time and memory that a file may take; MAESTRO's longest takes 0.01 s and 90 MB, or 60 s by music21
READERS: dict[Engine, Reader] = {
    "fast": guarded(read_stream, 10, 1024 * MB),
    "music21": guarded(read_by_music21, 1800, 16384 * MB),
}


def guarded_stream_of(data: bytes, name: str, engine: Engine, rule: Rule) -> IntArray:
    """The chord stream of a stranger's file. Raises BadMidi."""
    (stream,) = READERS[engine](data, name, rule)
    return stream.astype(np.int64)


def _not_empty(stream: IntArray, name: str) -> IntArray:
    if not len(stream):
        raise BadMidi(f"{name}: no note on the piano's 88 keys")
    return stream
