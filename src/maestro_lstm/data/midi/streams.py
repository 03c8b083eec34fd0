"""A MIDI file's bytes to its chord stream, read in a guarded process: no file takes the run down with it."""

from threading import local
from typing import Literal

import numpy as np

from maestro_lstm.choices import Rule
from maestro_lstm.data.midi.chords import chord_stream
from maestro_lstm.data.midi.guard import Guard, Lost
from maestro_lstm.data.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.errors import BadMidi, UserError

Engine = Literal["fast", "music21"]
MB = 1 << 20
# processor time and memory that a file may take; MAESTRO's longest takes 0.01 s and 90 MB, or 60 s by music21
SECONDS: dict[Engine, float] = {"fast": 10, "music21": 1800}
MEMORY: dict[Engine, int] = {"fast": 1024 * MB, "music21": 16384 * MB}
# two notes in one track, the first file to read
SAMPLE = b"MThd\0\0\0\6\0\1\0\1\1\x80MTrk\0\0\0\x14\0\x90\x3c\x40\x10\x80\x3c\0\0\x90\x40\x40\x10\x80\x40\0\0\xff\x2f\0"
READ, REFUSED = b"+", b"-"

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
            sample=b"\0" + SAMPLE,
            seconds=SECONDS[engine],
            memory=MEMORY[engine],
        )
        setattr(_guards, engine + rule, new)
    guard: Guard = getattr(_guards, engine + rule)
    request = name.encode(errors="surrogateescape") + b"\0" + data
    try:
        said = _asked(guard, request)
    except Lost as lost:
        raise BadMidi(f"{name}: {lost}") from None
    if said[:1] != READ:
        raise BadMidi(said[1:].decode(errors="surrogateescape"))
    return np.frombuffer(said, np.int16, offset=1).astype(np.int64)


def _asked(guard: Guard, request: bytes) -> bytes:
    """Ask again, once, if the process was killed from outside: no file is left out for that."""
    try:
        return guard(request)
    except Lost as lost:
        if not lost.from_outside:
            raise
    try:
        return guard(request)
    except Lost as lost:
        if not lost.from_outside:
            raise
        raise UserError(
            f"a process that reads files was killed twice ({lost}); is the machine out of memory?"
        ) from None


def answer(request: bytes, engine: Engine, rule: Rule) -> bytes:
    """The guarded process: name, zero byte, file → the stream as int16, or why there is none."""
    name, _, data = request.partition(b"\0")
    try:
        return READ + stream_of(data, name.decode(errors="surrogateescape"), engine, rule).astype(np.int16).tobytes()
    except BadMidi as error:
        return REFUSED + str(error).encode(errors="surrogateescape")
