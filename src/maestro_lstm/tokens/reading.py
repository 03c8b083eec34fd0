"""MIDI file to performance: seconds by the file's tempo map, velocities, the pedal.

Notes of all tracks except drums are one performance. Each track has its own pedal.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.midi.guarded import guarded
from maestro_lstm.midi.notes import symusic_score
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.tokens.pedal import SUSTAIN, crossings, folded
from maestro_lstm.tokens.performance import PEDAL_DOWN, PEDAL_UP, Doubles, Performance, in_order

SECONDS, MEMORY = 10, 1 << 30  # processor time and memory that a file may take; MAESTRO's longest: 0.02 s and 90 MB
DEFAULT_TEMPO = 500_000  # microseconds a quarter note, where a file says none (Standard MIDI Files 1.0)


def read_performance(data: bytes, name: str, pedal: PedalRule) -> Performance:
    """The performance in a MIDI file, in this process.

    Args:
        pedal: folded: into the releases. events: kept, as rows of its own.

    Raises: BadMidi, calling it `name`: damaged, or without notes.
    """
    score, tracks = symusic_score(data, name)
    parts = [_rows(track, pedal) for track in tracks]
    onset, release, pitch, velocity = (np.concatenate(column) for column in zip(*parts, strict=True))
    clock = _Clock(score)
    return in_order(clock(onset), clock(release), pitch.astype(np.uint8), velocity.astype(np.uint8))


def read_columns(data: bytes, name: str, pedal: PedalRule) -> tuple[npt.NDArray[Any], ...]:
    """Its columns."""
    found = read_performance(data, name, pedal)
    return found.onset, found.release, found.pitch, found.velocity


_guarded = guarded(read_columns, SECONDS, MEMORY)


def guarded_performance(data: bytes, name: str, pedal: PedalRule) -> Performance:
    """The performance in a stranger's file. Raises BadMidi also for one that crashes its reader or takes too long."""
    return Performance(*_guarded(data, name, pedal))


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
