"""Ticks to seconds, by a file's tempo map."""

from typing import Any

import numpy as np
import numpy.typing as npt

DEFAULT_TEMPO = 500_000  # microseconds a quarter note, where a file says none (Standard MIDI Files 1.0)


class Clock:
    """Of a symusic score. Call it with ticks, (N,), for seconds, (N,)."""

    def __init__(self, score: Any) -> None:
        tempos = {0: DEFAULT_TEMPO} | {int(tempo.time): int(tempo.mspq) for tempo in score.tempos}  # the last one wins
        self.ticks = np.array(sorted(tempos), np.int64)  # (M,) where each begins
        # seconds a tick, as others compute it: a step's edge can hang on the last bit
        ticks = score.ticks_per_quarter
        self.tick = np.array([60 / (60e6 / tempos[at] * ticks) if tempos[at] else 0.0 for at in self.ticks.tolist()])
        self.start = np.concatenate(([0.0], np.cumsum(np.diff(self.ticks) * self.tick[:-1])))  # (M,) seconds

    def __call__(self, ticks: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        k = np.searchsorted(self.ticks, ticks, side="right") - 1
        seconds: npt.NDArray[np.float64] = self.start[k] + (ticks - self.ticks[k]) * self.tick[k]
        return seconds
