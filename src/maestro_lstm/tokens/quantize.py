"""Seconds to steps of 10 ms, times to classes, velocities to 32 bins: a performance as its networks see it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.tokens.performance import Bytes, Doubles, Performance

EXACT = 100  # steps; each up to here is a class of its own
GROWTH = 1.05  # of the classes beyond: wider by this, and in each a time is anywhere alike
LONGEST = 65_535  # steps, eleven minutes; a longer pause or note is cut to it


def _edges() -> list[int]:
    edges = list(range(EXACT + 2))
    while edges[-1] <= LONGEST:
        edges.append(min(max(edges[-1] + 1, round(edges[-1] * GROWTH)), LONGEST + 1))
        if edges[-1] == LONGEST + 1:
            break
    return edges


EDGES = np.array(_edges())  # (C + 1,) class c holds the steps from EDGES[c] up to, and without, EDGES[c + 1]
WIDTH = np.diff(EDGES)  # (C,) steps
CLASSES = len(WIDTH)
CLASS_OF = np.repeat(np.arange(CLASSES), WIDTH).astype(np.uint8)  # (LONGEST + 1,) the class of every time

assert CLASSES <= 250


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
