"""Steps to rows, what a note-wise network reads and says: delta, pitch, force and duration, and what sounds already.

The first four are the piece, one to one (`from_rows` is the inverse); the others follow from the rows before. With the
pedal folded in, a chord's notes end together and a note may end where its pitch is struck again, so the times at which
sounding notes end say much about the times to come.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry
from maestro_lstm.tokens.performance import PEDAL_UP
from maestro_lstm.tokens.quantize import CLASS_OF, LONGEST, Ints, Steps
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

FIELDS = ("delta", "pitch", "force", "duration")  # in the order in which a note is said
KEYS = HIGHEST_PITCH - LOWEST_PITCH + 1
UP, DOWN = KEYS, KEYS + 1  # the pedal's rows, among the keys
START = KEYS + 2  # the row before the first
BINS_FROM_0 = 1  # forces are 0–31 here
ENDS = 8  # how many of the ends to come a row names

# what `left` says of a key: it is silent, it was released in this very step, or 2 + the class of the time it has left
SILENT, RELEASED, SOUNDS = 0, 1, 2

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint16]


@dataclass(frozen=True)
class Rows:
    """A piece of N rows behind one that stands for its beginning; arrays of N + 1."""

    delta: Words  # (N + 1,) steps since the onset before; of the first row, since the start
    pitch: Bytes  # (N + 1,) key 0–87, UP, DOWN, or START
    force: Bytes  # (N + 1,) velocity bin, 0–31; 0 for the pedal
    duration: Words  # (N + 1,) steps, 1 or more; 0 for the pedal
    left: Bytes  # (N + 1, 88) of each key at the row's onset, without the row itself
    ends: Words  # (N + 1, ENDS) steps from the row's onset to the next ends of what sounds, of the latest notes first

    def __len__(self) -> int:
        return len(self.delta)


def on_the_piano(pitch: Bytes) -> npt.NDArray[np.bool_]:
    """(N,) whether a row is on the piano's 88 keys, or the pedal's."""
    return (pitch >= LOWEST_PITCH) & (pitch <= HIGHEST_PITCH) | (pitch >= PEDAL_UP)


def to_rows(steps: Steps) -> Rows:
    """Rows of the notes on the piano. A pause or note of more than eleven minutes is cut to that."""
    there = on_the_piano(steps.pitch)
    onset, release, pitch = steps.onset[there], steps.release[there], steps.pitch[there].astype(np.int64)
    delta = np.minimum(np.diff(onset, prepend=0), LONGEST)
    pedal = pitch >= PEDAL_UP
    duration = np.where(pedal, 0, np.minimum(release - onset, LONGEST))
    key = np.where(pedal, pitch - PEDAL_UP + UP, pitch - LOWEST_PITCH)
    force = np.where(pedal, 0, steps.bin[there].astype(np.int64) - BINS_FROM_0)
    columns = (_behind(0, delta), _behind(START, key), _behind(0, force), _behind(0, duration))
    left, ends = np.zeros((len(delta) + 1, KEYS), np.uint8), np.zeros((len(delta) + 1, ENDS), np.uint16)
    _context(columns[0], columns[1], columns[3], CLASS_OF, left, ends)
    words, small = np.uint16, np.uint8
    return Rows(
        columns[0].astype(words),
        columns[1].astype(small),
        columns[2].astype(small),
        columns[3].astype(words),
        left,
        ends,
    )


def from_rows(delta: npt.ArrayLike, pitch: npt.ArrayLike, force: npt.ArrayLike, duration: npt.ArrayLike) -> Steps:
    """Steps of rows, without the one before the first."""
    key = np.asarray(pitch, np.int64)
    onset = np.cumsum(np.asarray(delta, np.int64))
    pedal = key >= KEYS
    steps = np.where(pedal, key - UP + PEDAL_UP, key + LOWEST_PITCH)
    bins = np.where(pedal, 0, np.asarray(force, np.int64) + BINS_FROM_0)
    return Steps(onset, onset + np.asarray(duration, np.int64), steps.astype(np.uint8), bins.astype(np.uint8))


def _behind(first: int, column: Ints) -> Ints:
    return np.concatenate((np.array([first]), column))


@entry
def _context(
    delta: Ints, key: Ints, duration: Ints, class_of: Bytes, left: Bytes, ends: Words
) -> None:  # pragma: no cover (compiled)
    """Fill `left` and `ends` of every row but the first, whose are zero."""
    now = 0
    end_of_key = np.full(88, -1, np.int64)  # when each key's note ends
    for k in range(1, len(key)):
        now += delta[k]
        for one in range(88):
            if end_of_key[one] > now:
                left[k, one] = 2 + class_of[end_of_key[one] - now]
            elif end_of_key[one] == now:
                left[k, one] = 1
        n = 0
        if key[k] < 88:
            end_of_key[key[k]] = now + duration[k]
            ends[k, 0] = duration[k]
            n = 1
        for place in range(ends.shape[1]):
            end = np.int64(ends[k - 1, place]) - delta[k]
            if end > 0 and n < ends.shape[1] and not (key[k] < 88 and end == duration[k]):
                ends[k, n] = end
                n += 1
