"""Seconds to steps of 10 ms and forces to 32 bins: a performance as a network of either coding sees it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.performances.performance import Bytes, Doubles, Performance

STEPS_PER_SECOND = 100
BIN = 4  # velocities in a bin
BINS = 32
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Steps:
    """The rows of one piece, in the order of the performance; four arrays of one length."""

    onset: Ints  # (N,) steps from the start, rising
    release: Ints  # (N,) steps; of a note at least one after its onset
    pitch: Bytes  # (N,) as in the performance
    bin: Bytes  # (N,) velocity, 1–32; 0 for the pedal

    def __len__(self) -> int:
        return len(self.onset)


def quantize(performance: Performance, stretch: float = 1.0, semitones: int = 0) -> Steps:
    """Round absolute times, so that nothing drifts; a note of no length lasts one step.

    Args:
        stretch: of the seconds, before they are rounded.
        semitones: that every note is moved up; none may leave 0–127.
    """
    note = performance.is_note
    onset, release = _rounded(performance.onset * stretch), _rounded(performance.release * stretch)
    pitch = performance.pitch.astype(np.int64) + np.where(note, semitones, 0)
    if note.any() and not 0 <= pitch[note].min() <= pitch[note].max() < 128:
        raise ValueError(f"{semitones} semitones leave MIDI's 128 pitches")
    bins = np.where(note, (performance.velocity.astype(np.int64) - 1) // BIN + 1, 0)
    release = np.where(note, np.maximum(release, onset + 1), onset)
    return Steps(onset, release, pitch.astype(np.uint8), bins.astype(np.uint8))


def dequantize(steps: Steps) -> Performance:
    """A performance again: each step's own time, and the force in the middle of each bin."""
    velocity = np.where(steps.bin > 0, steps.bin * BIN - 1, 0).astype(np.uint8)
    return Performance(steps.onset / STEPS_PER_SECOND, steps.release / STEPS_PER_SECOND, steps.pitch, velocity)


def _rounded(seconds: Doubles) -> Ints:
    return np.floor(STEPS_PER_SECOND * seconds + 0.5).astype(np.int64)
