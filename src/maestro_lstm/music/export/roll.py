"""Chords as a piano roll: time to the right, pitch upwards."""

from collections.abc import Sequence

from maestro_lstm.data.vocabulary.chords import Chord
from maestro_lstm.data.vocabulary.symbols import HIGHEST_PITCH, LOWEST_PITCH, pitch_name
from maestro_lstm.style import GROUPS, drawn

GIVEN, DRAWN = "#000000", GROUPS[0][0]


def roll_picture(title: str, chords: Sequence[Chord], given: int, chord_seconds: float) -> bytes:
    """SVG of all 88 keys, so that rolls can be compared side by side.

    Args:
        given: how many of the first chords are the primer's; they are drawn black.
        chord_seconds: how long each sounds.
    """
    with drawn(7, 1, height=3) as (_, (panel,), file):
        for color, first, last in ((GIVEN, 0, given), (DRAWN, given, len(chords))):
            bars = [(k, pitch) for k in range(first, last) for pitch in chords[k]]
            panel.barh(
                y=[pitch for _, pitch in bars],
                left=[k * chord_seconds for k, _ in bars],
                width=chord_seconds,
                height=1.0,
                color=color,
            )
        octaves = range(24, HIGHEST_PITCH + 1, 12)  # C1 to C8
        panel.set_yticks(octaves, [pitch_name(pitch) for pitch in octaves])
        panel.grid(axis="y", linewidth=0.3, color="#999999")
        panel.set_axisbelow(True)
        panel.set(ylim=(LOWEST_PITCH - 1, HIGHEST_PITCH + 1), xlim=(0, len(chords) * chord_seconds), xlabel="seconds")
        panel.set_title(title, fontsize=10, loc="left", parse_math=False)  # a stranger's title is not a formula
    return file.getvalue()
