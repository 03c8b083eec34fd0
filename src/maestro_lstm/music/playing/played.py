"""A piece that was played, by a network or by a pianist."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from maestro_lstm.data.performances.performance import Bytes, Performance


@dataclass(frozen=True)
class Played:
    """A piece as it was played, and how it came about."""

    title: str
    performance: Performance  # the primer's rows come first
    given: int  # how many of them are the primer's
    about: dict[str, Any]  # the writer, seed and settings

    @cached_property
    def summary(self) -> str:
        """What it is, in one line."""
        own = slice(self.given, None)
        note = self.performance.is_note[own]
        onset, release = self.performance.onset[own][note], self.performance.release[own][note]
        if not len(onset):
            return "silence"
        pitch, velocity = self.performance.pitch[own][note], self.performance.velocity[own][note]
        seconds = float(release.max() - onset[0])
        collapse = collapse_of(self.performance.pitch[own][note])
        told = f"collapsed: {collapse}; " if collapse else ""
        return (
            f"{told}{len(onset):,} notes in {seconds:.0f} seconds, {len(onset) / max(seconds, 0.01):.1f} a second, "
            f"{len(np.unique(pitch))} different keys, velocity {velocity.mean():.0f} ± {velocity.std():.0f}"
        )


def collapse_of(pitches: Bytes) -> str:
    """What a collapsed network plays again and again, in words; empty if it plays more than that."""
    if not len(pitches):
        return "silence"
    if len(pitches) >= 3 and len(np.unique(pitches)) == 1:
        return "one note"
    if len(pitches) >= 30 and len(np.unique(pitches)) <= 3:
        return "two or three notes"
    return ""


def excerpt(title: str, writer: str, performance: Performance, seconds: float) -> Played:
    """The beginning of a real performance; nothing sounds on after it."""
    return Played(title, performance.beginning(seconds), 0, {"writer": writer})
