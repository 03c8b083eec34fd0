"""A performance as 388 events, the coding of Oore et al. 2018, whose likelihoods others have published.

0–127 note on, 128–255 note off, 256–355 a shift by 1 to 100 steps, 356–387 the velocity bin of the notes that follow.
The pedal has no event: it is folded into the releases.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry
from maestro_lstm.tokens.note_tokens import KEYS, SOUNDS, Bytes
from maestro_lstm.tokens.quantize import CLASS_OF, Steps
from maestro_lstm.tokens.vocabulary import LOWEST_PITCH

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


@dataclass(frozen=True)
class EventRows:
    """A piece of E events, and what sounds before each."""

    events: Events  # (E,)
    sounding: Bytes  # (E, 88) of each key: silent, or 2 + the class of the time since it was struck

    def __len__(self) -> int:
        return len(self.events)


def to_event_rows(steps: Steps) -> EventRows:
    """The same with what sounds, on the piano. Raises ValueError as `to_events`."""
    events = to_events(steps)
    return EventRows(events, sounding_in(events))


def sounding_in(events: Events) -> Bytes:
    """(E,) → (E, 88), where nothing sounds before the first."""
    sounding = np.zeros((len(events), KEYS), np.uint8)
    _sound(events, CLASS_OF, LOWEST_PITCH, sounding)
    return sounding


@entry
def _sound(events: Events, class_of: Bytes, lowest: int, out: Bytes) -> None:  # pragma: no cover (compiled)
    now = 0
    struck = np.full(KEYS, -1, np.int64)  # when each key was; -1: it is silent
    for k in range(len(events)):
        for key in range(KEYS):
            if struck[key] >= 0:
                out[k, key] = SOUNDS + class_of[min(now - struck[key], len(class_of) - 1)]
        event = events[k]
        if SHIFT <= event < VELOCITY:
            now += event - SHIFT + 1
        elif event < SHIFT:
            key = event % OFF - lowest
            if 0 <= key < KEYS:
                struck[key] = now if event < OFF else -1


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
