"""A piece as a piano roll: time to the right, pitch upwards. All 88 keys, so that two can be compared side by side."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Rectangle

from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.tokens.chords import Chord
from maestro_lstm.tokens.performance import PEDAL_DOWN, Performance
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, pitch_name

GIVEN, OWN = "#000000", GROUPS[0][0]  # what the primer gave is black
FAINTEST = 0.2  # how much of its colour the softest note has


def chord_roll(title: str, chords: Sequence[Chord], given: int, chord_seconds: float) -> bytes:
    """SVG of chords in equal steps.

    Args:
        given: how many of the first chords are the primer's.
        chord_seconds: how long each sounds.
    """
    with drawn(7, 1, height=3) as (_, (panel,), file):
        for color, first, last in ((GIVEN, 0, given), (OWN, given, len(chords))):
            bars = [(k, pitch) for k in range(first, last) for pitch in chords[k]]
            panel.barh(
                y=[pitch for _, pitch in bars],
                left=[k * chord_seconds for k, _ in bars],
                width=chord_seconds,
                height=1.0,
                color=color,
            )
        _keys(panel)
        panel.set(ylim=(LOWEST_PITCH - 1, HIGHEST_PITCH + 1), xlim=(0, len(chords) * chord_seconds), xlabel="seconds")
        _entitle(panel, title)
    return file.getvalue()


def note_roll(title: str, performance: Performance, given: int) -> bytes:
    """SVG of a performance: the louder, the darker; below, the pedal where it has rows.

    Args:
        given: how many of the first rows are the primer's.
    """
    own = np.arange(len(performance)) >= given
    end = max(float(performance.release.max()), 1.0)
    with drawn(7, 1, height=3) as (_, (panel,), file):
        for color, which in ((GIVEN, ~own), (OWN, own)):
            some = which & performance.is_note
            shades = LinearSegmentedColormap.from_list("velocity", [(*to_rgba(color)[:3], FAINTEST), to_rgba(color)])
            columns = performance.onset[some], performance.release[some], performance.pitch[some]
            bars = [Rectangle((on, pitch - 0.5), off - on, 1) for on, off, pitch in zip(*columns, strict=True)]
            notes = PatchCollection(bars, linewidth=0, cmap=shades)
            notes.set_array(performance.velocity[some].astype(float))
            notes.set_clim(1, 127)
            panel.add_collection(notes)
        for down, up in pedal_spans(performance, end):
            panel.barh(LOWEST_PITCH - 3, up - down, left=down, height=2, color="#999999")
        _keys(panel)
        panel.set(ylim=(LOWEST_PITCH - 5, HIGHEST_PITCH + 1), xlim=(0, end), xlabel="seconds; the louder, the darker")
        _entitle(panel, title)
    return file.getvalue()


def pedal_spans(performance: Performance, end: float) -> list[tuple[float, float]]:
    """When the pedal is down, in seconds, where it has rows; until `end` if it stays down."""
    spans: list[tuple[float, float]] = []
    since: float | None = None
    for time, pitch in zip(
        performance.onset[~performance.is_note], performance.pitch[~performance.is_note], strict=True
    ):
        if pitch == PEDAL_DOWN:
            since = float(time) if since is None else since
        elif since is not None:
            spans.append((since, float(time)))
            since = None
    return [*spans, (since, end)] if since is not None else spans


def _keys(panel: Axes) -> None:
    octaves = range(24, HIGHEST_PITCH + 1, 12)  # C1 to C8
    panel.set_yticks(octaves, [pitch_name(pitch) for pitch in octaves])
    panel.grid(axis="y", linewidth=0.3, color="#999999")
    panel.set_axisbelow(True)


def _entitle(panel: Axes, title: str) -> None:
    panel.set_title(title, fontsize=10, loc="left", parse_math=False)  # a stranger's title is not a formula
