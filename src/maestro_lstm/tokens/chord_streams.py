"""A MIDI file's bytes to its chord stream."""

from typing import Literal, NamedTuple

import numpy as np

from maestro_lstm.midi.guarded import MB, Reader, guarded
from maestro_lstm.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.choices import Rule
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.pedal import SUSTAIN

Engine = Literal["fast", "music21"]
PITCHES = 128  # of MIDI


def read_stream(data: bytes, name: str, rule: Rule) -> tuple[IntArray, IntArray]:
    """Chord stream of a MIDI file (`chord_rule.chord_stream`), one chord at least; and what it leaves out: how often
    each of the 128 pitches begins, then the number of drum notes, then whether there is a pedal, (130,). Raises
    BadMidi, naming it `name`."""
    notes = notes_from_bytes(data, name)
    content = np.append(np.bincount(notes.pitch, minlength=PITCHES), [notes.drums, SUSTAIN in notes.controllers])
    return _not_empty(chord_stream(notes, rule), name), content.astype(np.int64)


def read_by_music21(data: bytes, name: str, rule: Rule) -> tuple[IntArray]:  # noqa: ARG001 (it has one rule)
    """The same by today's music21."""
    from maestro_lstm.tokens.music21_rule import music21_stream  # here: the other reader does not need music21

    return (_not_empty(music21_stream(data, name), name),)


# processor time and memory that a file may take; MAESTRO's longest takes 0.01 s and 90 MB, or 60 s by music21
READERS: dict[Engine, Reader] = {
    "fast": guarded(read_stream, 10, 512 * MB),
    "music21": guarded(read_by_music21, 1800, 16384 * MB),
}


def guarded_stream_of(data: bytes, name: str, engine: Engine, rule: Rule) -> IntArray:
    """The chord stream of a stranger's file. Raises BadMidi."""
    return READERS[engine](data, name, rule)[0].astype(np.int64)


class Content(NamedTuple):
    """What is in a file beside its chord stream."""

    pitches: IntArray  # (128,) how many notes of each begin
    drums: int  # notes
    pedal: bool


def guarded_content_of(data: bytes, name: str) -> tuple[IntArray, Content]:
    """The chord stream of a stranger's file by the paper's rule, and what else is in it. Raises BadMidi."""
    stream, found = READERS["fast"](data, name, "paper")
    return stream.astype(np.int64), Content(found[:PITCHES], int(found[PITCHES]), bool(found[PITCHES + 1]))


def _not_empty(stream: IntArray, name: str) -> IntArray:
    if not len(stream):
        raise BadMidi(f"{name}: no note on the piano's 88 keys")
    return stream
