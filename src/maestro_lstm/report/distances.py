"""Distances from real music as tables in Markdown."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maestro_lstm.evaluation import note_distances, symbol_distances
from maestro_lstm.evaluation.note_distances import MINUTES, minutes_of
from maestro_lstm.evaluation.significance import Interval
from maestro_lstm.evaluation.symbol_distances import BY_PIECE, Figures
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.tokens.performance import Performance

NAMES = symbol_distances.HISTOGRAMS | symbol_distances.SCALARS
MEANS = {
    "notes": "notes for each 100 symbols",
    "range": "range, semitones",
    "pitches_used": "different pitches",
    "mean_interval": "mean interval, semitones",
    "repeat": "longest repeated passage, symbols",
    "compression": "compressed, bytes a symbol",
    "by_heart": "longest passage also in training, symbols",
    "by_heart_any_key": "the same in any key",
    "collapsed": "pieces that collapsed, percent",
}


def symbols_as_text(by_writer: Mapping[str, Figures]) -> str:
    """Two tables, one column per writer."""
    labels = {f"tv_{name}": f"{label}, total variation distance" for name, label in symbol_distances.HISTOGRAMS.items()}
    labels |= {f"oa_{name}": f"{NAMES[name]}, overlapping area" for name in (*BY_PIECE, *symbol_distances.SCALARS)}
    labels |= {f"within_{name}": f"{NAMES[name]}, mean distance within the set" for name in BY_PIECE}
    tables = [
        markdown(["", *by_writer], [[label, *(_cell(one[key]) for one in by_writer.values())] for key, label in rows])
        for rows in (labels.items(), MEANS.items())
    ]
    return "\n\n".join(tables) + "\n"


def performances_as_text(
    by_writer: Mapping[str, Mapping[str, Interval]], collapse: Mapping[str, Mapping[str, float]]
) -> str:
    """One column per writer."""
    labels = {f"tv_{name}": f"{label}, total variation distance" for name, label in note_distances.HISTOGRAMS.items()}
    labels |= note_distances.SCALARS | note_distances.BY_HEART
    rows = [
        [label, *(_rough(one[key]) if key in one else "" for one in by_writer.values())]
        for key, label in labels.items()
        if any(key in one for one in by_writer.values())
    ]
    told = {"silence": "minutes of silence, percent", "slop": "minutes of slop, percent"}
    told["few keys"] = "pieces of three keys or fewer, percent"
    rows += [[label, *(f"{collapse[writer][key]:.3g}" for writer in by_writer)] for key, label in told.items()]
    return markdown(["", *by_writer], rows)


def minutes_as_text(by_writer: Mapping[str, Sequence[Performance]], minutes: int) -> str:
    """Means over each writer's pieces, minute by minute, of those that last so long."""
    labels = {"notes_a_second": "notes a second", "mean_polyphony": "polyphony", "mean_velocity": "velocity"}
    rows = []
    for writer, pieces in by_writer.items():
        tables = np.stack([minutes_of(piece, minutes) for piece in pieces])  # (P, minutes, 3)
        for k, name in enumerate(MINUTES):
            own = tables[:, :, k]
            cells = ["" if np.isnan(own[:, m]).all() else f"{np.nanmean(own[:, m]):.1f}" for m in range(minutes)]
            rows.append([f"{writer}: {labels[name]}", *cells])
    return markdown(["minute", *(str(m + 1) for m in range(minutes))], rows)


def ways_as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """One row per way."""
    labels = {"mean": "mean distance", **{f"tv_{name}": label for name, label in note_distances.HISTOGRAMS.items()}}
    head = ["", *labels.values(), *(note_distances.SCALARS[name] for name in MINUTES), "silence", "slop"]
    cells = [
        [
            str(row["way"]),
            *(f"{row[key]:.3f}" for key in labels),
            *(f"{row[key]:.1f}" for key in MINUTES),
            *(f"{row[key]:.1f} %" for key in ("silence", "slop")),
        ]
        for row in rows
    ]
    return markdown(head, cells)


def _cell(figure: Interval) -> str:
    if math.isnan(figure.low) or figure.low == figure.high:
        return _digits(figure.mean)
    return f"{_digits(figure.mean)} [{_digits(figure.low)} … {_digits(figure.high)}]"


def _digits(value: float) -> str:
    """Three of them; what is nothing but rounding is 0."""
    return f"{value:.3g}" if abs(value) >= 1e-6 else "0"


def _rough(figure: Interval) -> str:
    within = "" if math.isnan(figure.low) else f" [{figure.low:.3g} … {figure.high:.3g}]"
    return f"{figure.mean:.3g}{within}"
