"""MIDI file to performance: seconds by the file's tempo map, velocities, the pedal.

Notes of all tracks except drums are one performance. Each track has its own pedal.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.midi.clock import Clock
from maestro_lstm.midi.guarded import MB, guarded
from maestro_lstm.midi.notes import symusic_score
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.tokens.pedal import SUSTAIN, crossings, folded
from maestro_lstm.tokens.performance import PEDAL_DOWN, PEDAL_UP, Performance, in_order

SECONDS, MEMORY = 10, 512 * MB  # processor time and memory that a file may take; MAESTRO's longest: 0.02 s and 90 MB


def read_performance(data: bytes, name: str, pedal: PedalRule) -> Performance:
    """The performance in a MIDI file, in this process.

    Args:
        pedal: folded: into the releases. events: kept, as rows of its own.

    Raises: BadMidi, calling it `name`: damaged, or without notes.
    """
    score, tracks = symusic_score(data, name)
    parts = [_rows(track, pedal) for track in tracks]
    onset, release, pitch, velocity = (np.concatenate(column) for column in zip(*parts, strict=True))
    clock = Clock(score)
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
