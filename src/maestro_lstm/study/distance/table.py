"""How far each set of pieces is from real music: figures, and a table in Markdown."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.data.corpus.pieces import Piece
from maestro_lstm.data.vocabulary.chords import collapse_of
from maestro_lstm.data.vocabulary.symbols import SYMBOLS, Ids
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.study.analysis.intervals import Interval, interval
from maestro_lstm.study.distance.features import HISTOGRAMS, LARGEST_CHORD, SCALARS, Features, features_of
from maestro_lstm.study.distance.measures import diversity, pooled_distance, similarity
from maestro_lstm.study.distance.passages import compression_ratio, in_any_key, longest_repeat, longest_shared

Figures = dict[str, Interval]
# what is compared piece by piece, beside the single figures
BY_PIECE = ("chord_sizes", "pitch_classes", "transitions")
NAMES = HISTOGRAMS | SCALARS
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


@dataclass(frozen=True)
class Set:
    """Pieces by one writer, and the features of each."""

    pieces: Sequence[Ids]
    features: Sequence[Features]

    def values(self, name: str) -> npt.NDArray[np.float64]:
        """A histogram's counts, (P, K); a single figure, (P, 1)."""
        return np.array([getattr(one, name) for one in self.features], dtype=np.float64).reshape(len(self.pieces), -1)

    def table(self, name: str) -> npt.NDArray[np.float64]:
        """The same, with a histogram as shares of each piece."""
        values = self.values(name)
        return values if name in SCALARS else values / np.maximum(values.sum(axis=1, keepdims=True), 1)


def set_of(pieces: Sequence[Ids]) -> Set:
    return Set(pieces, [features_of(piece) for piece in pieces])


def halves(pieces: Sequence[Ids], works: Sequence[Piece], symbols: int) -> tuple[list[Ids], list[Ids]]:
    """The beginnings of real pieces in two sets: works alternate, all performances of a work in the same set.

    Works are ordered by composer, so both sets have about the same composers. With fewer than four works, parts of each
    piece alternate instead.

    Args:
        symbols: how much of each piece.
    """
    names = [(piece.composer, piece.title) for piece in works]
    order = {name: k for k, name in enumerate(dict.fromkeys(sorted(names)))}
    if len(order) >= 4:
        sides: tuple[list[Ids], list[Ids]] = ([], [])
        for name, piece in zip(names, pieces, strict=True):
            sides[order[name] % 2].append(piece[:symbols])
        return sides
    parts = [piece[at : at + symbols] for piece in pieces for at in range(0, len(piece), symbols)]
    while len(parts) < 4:
        parts = [half for part in parts for half in np.array_split(part, 2) if len(half)]
    return parts[::2], parts[1::2]


def figures_of(some: Set, reference: Set, training: Ids, training_any_key: Ids) -> Figures:
    """Every measure by name; `tv_` and `oa_` are against the reference.

    Args:
        training: the training split.
        training_any_key: the same in any key, `passages.in_any_key`.
    """
    figures = {f"tv_{name}": pooled_distance(some.values(name), reference.values(name)) for name in HISTOGRAMS}
    for name in (*BY_PIECE, *SCALARS):
        figures[f"oa_{name}"] = similarity(some.table(name), reference.table(name))
    for name in BY_PIECE:
        within = diversity(some.table(name))
        figures[f"within_{name}"] = Interval(within, math.nan, math.nan)
    of_pieces = {
        **{name: [getattr(one, name) for one in some.features] for name in SCALARS},
        "repeat": [longest_repeat(piece) for piece in some.pieces],
        "compression": [compression_ratio(piece) for piece in some.pieces],
        "by_heart": [longest_shared(piece, training) for piece in some.pieces],
        "by_heart_any_key": [longest_shared(in_any_key(piece), training_any_key) for piece in some.pieces],
        "collapsed": [100 * bool(collapse_of([SYMBOLS[id_] for id_ in piece.tolist()])) for piece in some.pieces],
    }
    return figures | {name: interval(np.array(values, dtype=np.float64)) for name, values in of_pieces.items()}


def chord_size_points(by_writer: Mapping[str, Set]) -> list[dict[str, Any]]:
    """How often each writer writes chords of each size, in percent of its chords, for a plot. A writer without notes
    has no rows."""
    points = []
    for writer, some in by_writer.items():
        counts = some.values("chord_sizes").sum(axis=0)  # (12,)
        for size, count in enumerate(counts.tolist(), start=1):
            label = f"{size}+" if size == LARGEST_CHORD else str(size)
            if counts.any():
                points.append({"setting": label, "group": writer, "share": round(100 * count / counts.sum(), 4)})
    return points


def as_text(by_writer: Mapping[str, Figures]) -> str:
    """Two tables, one column per writer."""
    labels = {f"tv_{name}": f"{label}, total variation distance" for name, label in HISTOGRAMS.items()}
    labels |= {f"oa_{name}": f"{NAMES[name]}, overlapping area" for name in (*BY_PIECE, *SCALARS)}
    labels |= {f"within_{name}": f"{NAMES[name]}, mean distance within the set" for name in BY_PIECE}
    tables = [
        markdown(["", *by_writer], [[label, *(_cell(one[key]) for one in by_writer.values())] for key, label in rows])
        for rows in (labels.items(), MEANS.items())
    ]
    return "\n\n".join(tables) + "\n"


def interval_rows(by_writer: Mapping[str, Figures]) -> list[dict[str, Any]]:
    """Every figure with its 95 % interval, one row each."""
    return [
        {"measure": measure, "writer": writer, "value": one.mean, "low": one.low, "high": one.high}
        for writer, figures in by_writer.items()
        for measure, one in figures.items()
    ]


def _cell(figure: Interval) -> str:
    if math.isnan(figure.low) or figure.low == figure.high:
        return _digits(figure.mean)
    return f"{_digits(figure.mean)} [{_digits(figure.low)} … {_digits(figure.high)}]"


def _digits(value: float) -> str:
    """Three of them; what is nothing but rounding is 0."""
    return f"{value:.3g}" if abs(value) >= 1e-6 else "0"
