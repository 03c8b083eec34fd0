"""A performance as 388 events, the coding of Oore et al. 2018, whose likelihoods others have published.

0–127 note on, 128–255 note off, 256–355 a shift by 1 to 100 steps, 356–387 the velocity bin of the notes that follow.
The pedal has no event: it is folded into the releases.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry
from maestro_lstm.tokens.quantize import Steps

Events = npt.NDArray[np.int16]
Ints = npt.NDArray[np.int64]

ON, OFF, SHIFT, VELOCITY, EVENTS = 0, 128, 256, 356, 388
LONGEST_SHIFT = 100  # steps


def to_events(steps: Steps) -> Events:
    """(E,): sorted by step, then by note, on before off. Raises ValueError for rows of the pedal."""
    if len(steps) and steps.pitch.max() >= OFF:
        raise ValueError("388 events have none for the pedal")
    n = len(steps)
    time = np.concatenate((steps.onset, steps.release))
    is_off = np.repeat(np.array([0, 1]), n)
    note = np.tile(np.arange(n), 2)
    order = np.lexsort((is_off, note, time))
    shifts = -(-np.diff(np.sort(time), prepend=0) // LONGEST_SHIFT)
    room = np.empty(int(shifts.sum()) + 3 * n, np.int16)
    used: int = _write(time[order], is_off[order], note[order], steps.pitch, steps.bin, room)
    return room[:used].copy()


@entry
def _write(
    time: Ints, is_off: Ints, note: Ints, pitch: npt.NDArray[np.uint8], bins: npt.NDArray[np.uint8], out: Events
) -> int:  # pragma: no cover (compiled)
    at, now, force = 0, 0, 0
    for k in range(len(time)):
        while now < time[k]:
            shift = min(time[k] - now, LONGEST_SHIFT)
            out[at] = SHIFT + shift - 1
            at, now = at + 1, now + shift
        one = note[k]
        if is_off[k]:
            out[at] = OFF + pitch[one]
        else:
            if bins[one] != force:
                force = bins[one]
                out[at] = VELOCITY + force - 1
                at += 1
            out[at] = ON + pitch[one]
        at += 1
    return at


def from_events(events: npt.ArrayLike) -> Steps:
    """The notes of an event stream, in the order of their note-ons.

    A note-off ends the oldest sounding note of its pitch, and one without a note means nothing. What sounds at the end
    is released there; a note that no velocity precedes is in the middle bin. So any events are music, a network's too.
    """
    onset: list[int] = []
    release: list[int] = []
    pitch: list[int] = []
    bins: list[int] = []
    sounding: dict[int, list[int]] = {}
    now, force = 0, 16
    for event in np.asarray(events).tolist():
        if event >= VELOCITY:
            force = event - VELOCITY + 1
        elif event >= SHIFT:
            now += event - SHIFT + 1
        elif event >= OFF:
            if sounding.get(event - OFF):
                release[sounding[event - OFF].pop(0)] = now
        else:
            sounding.setdefault(event, []).append(len(onset))
            onset.append(now)
            release.append(-1)
            pitch.append(event)
            bins.append(force)
    starts, ends = np.array(onset, np.int64), np.array(release, np.int64)
    ends = np.maximum(np.where(ends < 0, now, ends), starts + 1)
    return Steps(starts, ends, np.array(pitch, np.uint8), np.array(bins, np.uint8))
