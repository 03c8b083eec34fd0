"""Performance to MIDI file: real time, velocities, and the pedal where it has rows."""

from typing import Any

import numpy as np
import numpy.typing as npt
import symusic

from maestro_lstm.tokens.pedal import SUSTAIN
from maestro_lstm.tokens.performance import PEDAL_DOWN, Doubles, Performance

Ints = npt.NDArray[np.int64]
TICKS_PER_QUARTER, QUARTERS_A_MINUTE = 500, 120.0  # a tick is a millisecond


def to_midi(performance: Performance) -> bytes:
    """The same performance gives the same bytes. A note lasts a tick at least; a key that is struck while it sounds
    ends its note there, as on a piano."""
    score: Any = symusic.Score(TICKS_PER_QUARTER)
    score.tempos.append(symusic.Tempo(0, QUARTERS_A_MINUTE))
    track: Any = symusic.Track("piano", 0, False)
    onset, release = _ticks(performance.onset), _ticks(performance.release)
    release = np.minimum(np.maximum(release, onset + 1), _next_of_pitch(onset, performance))
    for k in np.flatnonzero(performance.is_note).tolist():
        start, velocity = int(onset[k]), int(performance.velocity[k])
        if release[k] > start:
            track.notes.append(symusic.Note(start, int(release[k]) - start, int(performance.pitch[k]), velocity))
    for k in np.flatnonzero(~performance.is_note).tolist():
        value = 127 if performance.pitch[k] == PEDAL_DOWN else 0
        track.controls.append(symusic.ControlChange(int(onset[k]), SUSTAIN, value))
    score.tracks.append(track)
    data: bytes = score.dumps_midi()
    return data


def _ticks(seconds: Doubles) -> Ints:
    ticks: Ints = np.floor(1000 * seconds + 0.5).astype(np.int64)
    return ticks


def _next_of_pitch(onset: Ints, performance: Performance) -> Ints:
    """(N,) when each row's pitch begins again."""
    again = np.full(len(onset), np.iinfo(np.int64).max)
    last: dict[int, int] = {}
    for k in range(len(onset) - 1, -1, -1):
        pitch = int(performance.pitch[k])
        again[k] = last.get(pitch, again[k])
        last[pitch] = int(onset[k])
    return again
