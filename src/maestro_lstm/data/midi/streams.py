"""A MIDI file's bytes to its chord stream, read in a guarded process: no file takes the run down with it."""

from threading import local
from typing import Literal

import numpy as np

from maestro_lstm.choices import Rule
from maestro_lstm.data.midi.asking import SAMPLE, answered, asked
from maestro_lstm.data.midi.chords import chord_stream
from maestro_lstm.data.midi.guard import Guard
from maestro_lstm.data.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.errors import BadMidi

Engine = Literal["fast", "music21"]
MB = 1 << 20
# processor time and memory that a file may take; MAESTRO's longest takes 0.01 s and 90 MB, or 60 s by music21
SECONDS: dict[Engine, float] = {"fast": 10, "music21": 1800}
MEMORY: dict[Engine, int] = {"fast": 1024 * MB, "music21": 16384 * MB}

_guards = local()  # one process per thread


def stream_of(data: bytes, name: str, engine: Engine, rule: Rule) -> IntArray:
    """Chord stream of a MIDI file (`chords.chord_stream`), at least one chord. Raises BadMidi, calling it `name`."""
    try:
        if engine == "music21":
            from maestro_lstm.data.midi.reference import music21_stream  # here: the fast engine does not need music21

            stream = music21_stream(data, name)
        else:
            stream = chord_stream(notes_from_bytes(data, name), rule)
    except MemoryError:
        raise BadMidi(f"{name}: takes more than {MEMORY[engine] // MB} MB to read") from None
    if not len(stream):
        raise BadMidi(f"{name}: no note on the piano's 88 keys")
    return stream


def guarded_stream_of(data: bytes, name: str, engine: Engine, rule: Rule) -> IntArray:
    """The same in a process of its own. Raises BadMidi also for a file that crashes it or takes too long, and
    UserError if the process is killed from outside, twice in a row."""
    if not hasattr(_guards, engine + rule):
        new = Guard(
            f"{__name__}:answer",
            engine,
            rule,
            sample=SAMPLE,
            seconds=SECONDS[engine],
            memory=MEMORY[engine],
        )
        setattr(_guards, engine + rule, new)
    return np.frombuffer(asked(getattr(_guards, engine + rule), name, data), np.int16).astype(np.int64)


def answer(request: bytes, engine: Engine, rule: Rule) -> bytes:
    """The guarded process: name, zero byte, file → the stream as int16, or why there is none."""
    return answered(request, lambda data, name: stream_of(data, name, engine, rule).astype(np.int16).tobytes())
