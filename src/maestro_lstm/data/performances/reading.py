"""MIDI file to performance, read in a guarded process: seconds by the file's tempo map, velocities, the pedal.

Notes of all tracks except drums are one performance. Each track has its own pedal.
"""

from threading import local
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.choices import PedalRule
from maestro_lstm.data.midi.asking import SAMPLE, answered, asked
from maestro_lstm.data.midi.guard import Guard
from maestro_lstm.data.midi.notes import score_of
from maestro_lstm.data.performances.pedal import SUSTAIN, crossings, folded
from maestro_lstm.data.performances.performance import PEDAL_DOWN, PEDAL_UP, Doubles, Performance, in_order
from maestro_lstm.plumbing.errors import BadMidi

SECONDS, MEMORY = 10, 1 << 30  # processor time and memory that a file may take; MAESTRO's longest: 0.02 s and 90 MB
ROW = np.dtype([("onset", "<f8"), ("release", "<f8"), ("pitch", "u1"), ("velocity", "u1")])
DEFAULT_TEMPO = 500_000  # microseconds a quarter note, where a file says none (Standard MIDI Files 1.0)

_guards = local()  # one process per thread


def read_performance(data: bytes, name: str, pedal: PedalRule) -> Performance:
    """The performance in a MIDI file, in this process.

    Args:
        pedal: folded: into the releases. events: kept, as rows of its own.

    Raises: BadMidi, calling it `name`: damaged, or without notes.
    """
    score, tracks = score_of(data, name)
    parts = [_rows(track, pedal) for track in tracks]
    onset, release, pitch, velocity = (np.concatenate(column) for column in zip(*parts, strict=True))
    clock = _Clock(score)
    return in_order(clock(onset), clock(release), pitch.astype(np.uint8), velocity.astype(np.uint8))


def guarded_performance(data: bytes, name: str, pedal: PedalRule) -> Performance:
    """The same in a process of its own. Raises BadMidi also for a file that crashes it or takes too long."""
    if not hasattr(_guards, pedal):
        setattr(_guards, pedal, Guard(f"{__name__}:answer", pedal, sample=SAMPLE, seconds=SECONDS, memory=MEMORY))
    rows = np.frombuffer(asked(getattr(_guards, pedal), name, data), ROW)
    return Performance(*(rows[column].copy() for column in ROW.names or ()))


def answer(request: bytes, pedal: PedalRule) -> bytes:
    """The guarded process."""

    def read(data: bytes, name: str) -> bytes:
        try:
            found = read_performance(data, name, pedal)
        except MemoryError:
            raise BadMidi(f"{name}: takes more than {MEMORY >> 20} MB to read") from None
        rows = np.empty(len(found), ROW)
        for column in ROW.names or ():
            rows[column] = getattr(found, column)
        return rows.tobytes()

    return answered(request, read)


def _rows(track: Any, pedal: PedalRule) -> tuple[npt.NDArray[np.int64], ...]:
    """Onset and release in ticks, pitch, velocity of a track's rows."""
    notes, controls = track.notes.numpy(), track.controls.numpy()
    onset, pitch, velocity = (notes[name].astype(np.int64) for name in ("time", "pitch", "velocity"))
    release = onset + notes["duration"].astype(np.int64)
    sustain = controls["number"] == SUSTAIN
    ticks, down = crossings(controls["time"][sustain].astype(np.int64), controls["value"][sustain])
    if pedal == "folded":
        return onset, folded(onset, release, pitch, ticks, down), pitch, velocity
    kinds = np.where(down, PEDAL_DOWN, PEDAL_UP)
    none = np.zeros(len(ticks), np.int64)
    columns = ((onset, ticks), (release, ticks), (pitch, kinds), (velocity, none))
    return tuple(np.concatenate(column) for column in columns)


class _Clock:
    """Ticks to seconds, by a file's tempo map."""

    def __init__(self, score: Any) -> None:
        tempos = {0: DEFAULT_TEMPO} | {int(tempo.time): int(tempo.mspq) for tempo in score.tempos}  # the last one wins
        self.ticks = np.array(sorted(tempos), np.int64)  # (M,) where each begins
        # seconds a tick, as others compute it: a step's edge can hang on the last bit
        self.tick = np.array([60 / (60e6 / tempos[at] * score.ticks_per_quarter) for at in self.ticks.tolist()])
        self.start = np.concatenate(([0.0], np.cumsum(np.diff(self.ticks) * self.tick[:-1])))  # (M,) seconds

    def __call__(self, ticks: npt.NDArray[np.int64]) -> Doubles:
        k = np.searchsorted(self.ticks, ticks, side="right") - 1
        seconds: Doubles = self.start[k] + (ticks - self.ticks[k]) * self.tick[k]
        return seconds
