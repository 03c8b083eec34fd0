"""A performance: notes as they were played, in seconds, with force and pedal."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]
Bytes = npt.NDArray[np.uint8]

PEDAL_UP, PEDAL_DOWN = 128, 129  # rows of the sustain pedal, beside the MIDI pitches 0 to 127


@dataclass(frozen=True)
class Performance:
    """The rows of one piece, sorted by (onset, pitch); four arrays of one length.

    Where the pedal is folded into the releases, every row is a note. Where it is kept, its crossings are rows, too,
    with release = onset and velocity 0; at one instant it comes up before it goes down.
    """

    onset: Doubles  # (N,) seconds from the start
    release: Doubles  # (N,) seconds
    pitch: Bytes  # (N,) MIDI number, PEDAL_UP or PEDAL_DOWN
    velocity: Bytes  # (N,) 1–127

    def __len__(self) -> int:
        return len(self.onset)

    @property
    def is_note(self) -> npt.NDArray[np.bool_]:
        """(N,)"""
        return self.pitch < PEDAL_UP

    @property
    def notes(self) -> "Performance":
        """The notes alone."""
        there = self.is_note
        return Performance(self.onset[there], self.release[there], self.pitch[there], self.velocity[there])

    def beginning(self, seconds: float) -> "Performance":
        """The rows of the first seconds; nothing sounds on after them."""
        inside = self.onset < seconds
        release = np.minimum(self.release[inside], seconds)
        return Performance(self.onset[inside], release, self.pitch[inside], self.velocity[inside])


def in_order(onset: Doubles, release: Doubles, pitch: Bytes, velocity: Bytes) -> Performance:
    """A performance of rows in any order."""
    order = np.lexsort((pitch, onset))
    return Performance(onset[order], release[order], pitch[order], velocity[order])
