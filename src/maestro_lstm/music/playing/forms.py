"""A performance in all its forms: MIDI, sound, a piano roll that shows force, data."""

import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

import numpy as np
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Rectangle

from maestro_lstm.data.performances.performance import PEDAL_DOWN, Performance
from maestro_lstm.data.performances.writing import to_midi
from maestro_lstm.data.vocabulary.symbols import HIGHEST_PITCH, LOWEST_PITCH, pitch_name
from maestro_lstm.music.export.sound import render, to_mp3, to_wav
from maestro_lstm.music.playing.played import Played
from maestro_lstm.style import GROUPS, drawn

GIVEN, PLAYED = "#000000", GROUPS[0][0]
FAINTEST = 0.2  # how much of its colour the softest note has


ALL = ("json", "mid", "mp3", "roll.svg", "wav")


def forms_of(piece: Played, font: Path, wanted: Collection[str] = ALL) -> dict[str, bytes]:
    """The forms of a piece, by the names in `names.FOLDERS`. One without notes yields only JSON.

    Args:
        font: the SoundFont.
        wanted: those to make.
    """
    performance = piece.performance
    columns = {
        "onset": np.round(performance.onset, 3).tolist(),
        "release": np.round(performance.release, 3).tolist(),
        "pitch": performance.pitch.tolist(),
        "velocity": performance.velocity.tolist(),
    }
    data = {"title": piece.title, "told": piece.summary, **piece.about, "given": piece.given, "notes": columns}
    makes: dict[str, Callable[[], bytes]] = {"json": lambda: (json.dumps(data, ensure_ascii=False) + "\n").encode()}
    if performance.is_note.any():
        midi = to_midi(performance)
        sound = cache(lambda: render(midi, font))
        makes |= {
            "mid": lambda: midi,
            "mp3": lambda: to_mp3(sound()),
            "roll.svg": lambda: roll_picture(piece),
            "wav": lambda: to_wav(sound()),
        }
    return {form: make() for form, make in makes.items() if form in wanted}


def roll_picture(piece: Played) -> bytes:
    """SVG of all 88 keys, so that rolls can be compared side by side: the louder, the darker; the primer black; below,
    the pedal where it has rows."""
    performance = piece.performance
    own = np.arange(len(performance)) >= piece.given
    end = max(float(performance.release.max()), 1.0)
    with drawn(7, 1, height=3) as (_, (panel,), file):
        for color, which in ((GIVEN, ~own), (PLAYED, own)):
            some = which & performance.is_note
            shades = LinearSegmentedColormap.from_list("force", [(*to_rgba(color)[:3], FAINTEST), to_rgba(color)])
            columns = performance.onset[some], performance.release[some], performance.pitch[some]
            bars = [Rectangle((on, pitch - 0.5), off - on, 1) for on, off, pitch in zip(*columns, strict=True)]
            notes = PatchCollection(bars, linewidth=0, cmap=shades)
            notes.set_array(performance.velocity[some].astype(float))
            notes.set_clim(1, 127)
            panel.add_collection(notes)
        for down, up in pedal_spans(performance, end):
            panel.barh(LOWEST_PITCH - 3, up - down, left=down, height=2, color="#999999")
        octaves = range(24, HIGHEST_PITCH + 1, 12)  # C1 to C8
        panel.set_yticks(octaves, [pitch_name(pitch) for pitch in octaves])
        panel.grid(axis="y", linewidth=0.3, color="#999999")
        panel.set_axisbelow(True)
        panel.set(ylim=(LOWEST_PITCH - 5, HIGHEST_PITCH + 1), xlim=(0, end), xlabel="seconds; the louder, the darker")
        panel.set_title(piece.title, fontsize=10, loc="left", parse_math=False)  # a stranger's title is not a formula
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
