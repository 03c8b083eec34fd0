"""A MIDI file put to a guarded process, and what it answers: bytes, or the reason why it cannot be read."""

from collections.abc import Callable

from maestro_lstm.data.midi.guard import Guard, Lost
from maestro_lstm.plumbing.errors import BadMidi, UserError

READ, REFUSED = b"+", b"-"
# the first file to read: no name, two notes in one track
SAMPLE = (
    b"\0MThd\0\0\0\6\0\1\0\1\1\x80MTrk\0\0\0\x14\0\x90\x3c\x40\x10\x80\x3c\0\0\x90\x40\x40\x10\x80\x40\0\0\xff\x2f\0"
)


def asked(guard: Guard, name: str, data: bytes) -> bytes:
    """What the guarded process made of a file. Raises BadMidi, calling it `name`, for one that it refuses or that
    crashes it or takes too long, and UserError if the process is killed from outside, twice in a row."""
    request = name.encode(errors="surrogateescape") + b"\0" + data
    try:
        said = _asked(guard, request)
    except Lost as lost:
        raise BadMidi(f"{name}: {lost}") from None
    if said[:1] != READ:
        raise BadMidi(said[1:].decode(errors="surrogateescape"))
    return said[1:]


def answered(request: bytes, read: Callable[[bytes, str], bytes]) -> bytes:
    """The guarded process's side: what `read` makes of the file and its name, or why it refuses it."""
    name, _, data = request.partition(b"\0")
    try:
        return READ + read(data, name.decode(errors="surrogateescape"))
    except BadMidi as error:
        return REFUSED + str(error).encode(errors="surrogateescape")


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
