"""A reader of strangers' files, each file in a guarded process: no file takes the run down with it.

A reader makes arrays of a file's bytes, or says why it cannot. `guarded` wraps one: the same call, and a file that
crashes the reader, hangs or wants too much memory is one more file that cannot be read.
"""

import importlib
import io
from collections.abc import Callable, Sequence
from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.midi.guard import Guard, Lost
from maestro_lstm.plumbing.errors import BadMidi, UserError

Arrays = Sequence[npt.NDArray[Any]]
Reader = Callable[..., Arrays]  # of the bytes, a name for messages, and words; raises BadMidi

MB = 1 << 20
READ, REFUSED = b"+", b"-"
# the first file to read: two notes in one track
SAMPLE = b"MThd\0\0\0\6\0\1\0\1\1\x80MTrk\0\0\0\x14\0\x90\x3c\x40\x10\x80\x3c\0\0\x90\x40\x40\x10\x80\x40\0\0\xff\x2f\0"

_guards = local()  # one process per thread, reader and words


def guarded(read: Reader, seconds: float, memory: int) -> Reader:
    """The same reader in a process of its own.

    Args:
        read: a function of a module.
        seconds: processor time that a file may take.
        memory: bytes that it may take.

    Raises: when called, BadMidi also for a file that crashes the process or takes too much; UserError if the process is
        killed from outside, twice in a row.
    """
    where = f"{read.__module__}:{read.__qualname__}"

    def read_guarded(data: bytes, name: str, *words: str) -> Arrays:
        guards: dict[tuple[str, ...], Guard] = _guards.__dict__.setdefault("by_reader", {})
        key = (where, *words, str(seconds), str(memory))
        if key not in guards:
            given = (f"{__name__}:{answer.__name__}", where, str(memory), *words)
            guards[key] = Guard(*given, sample=_framed("", SAMPLE), seconds=seconds, memory=memory)
        try:
            said = _asked(guards[key], _framed(name, data))
        except Lost as lost:
            raise BadMidi(f"{name}: {lost}") from None
        if said[:1] != READ:
            raise BadMidi(said[1:].decode(errors="surrogateescape"))
        return _unpacked(said[1:])

    return read_guarded


def close_guards() -> None:
    """End this thread's processes; the next file starts others."""
    _guards.__dict__.clear()


def answer(request: bytes, where: str, memory: str, *words: str) -> bytes:
    """The guarded process's side: the arrays that a reader makes of the file, or why it refuses it."""
    title, _, data = request.partition(b"\0")
    name = title.decode(errors="surrogateescape")
    module, _, function = where.partition(":")
    read: Reader = getattr(importlib.import_module(module), function)
    try:
        return READ + _packed(read(data, name, *words))
    except MemoryError:
        return REFUSED + f"{name}: takes more than {int(memory) // MB} MB to read".encode(errors="surrogateescape")
    except BadMidi as error:
        return REFUSED + str(error).encode(errors="surrogateescape")


def _framed(name: str, data: bytes) -> bytes:
    return name.encode(errors="surrogateescape") + b"\0" + data


def _packed(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    for array in arrays:
        np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _unpacked(data: bytes) -> Arrays:
    file, arrays = io.BytesIO(data), []
    while file.tell() < len(data):
        arrays.append(np.load(file, allow_pickle=False))
    return arrays


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
