"""How far each set of pieces of symbols is from real music."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.corpus.index import Piece
from maestro_lstm.distances.features import HISTOGRAMS, LARGEST_CHORD, SCALARS, Features, features_of
from maestro_lstm.distances.halves import halves
from maestro_lstm.distances.measures import diversity, pooled_distance, similarity
from maestro_lstm.distances.passages import compression_ratio, in_any_key, longest_repeat, longest_shared
from maestro_lstm.evaluation.bootstrap import Interval, interval
from maestro_lstm.symbols.chords import collapse_of
from maestro_lstm.symbols.vocabulary import SYMBOLS, Ids

Figures = dict[str, Interval]
# what is compared piece by piece, beside the single figures
BY_PIECE = ("chord_sizes", "pitch_classes", "transitions")


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


def beginnings(pieces: Sequence[Ids], works: Sequence[Piece], symbols: int) -> tuple[list[Ids], list[Ids]]:
    """The beginnings of real pieces in two sets, by `halves`.

    Args:
        symbols: how much of each piece.
    """

    def parts(pieces: Sequence[Ids]) -> list[Ids]:
        found = [piece[at : at + symbols] for piece in pieces for at in range(0, len(piece), symbols)]
        while len(found) < 4:
            found = [half for part in found for half in np.array_split(part, 2) if len(half)]
        return found

    one, other = halves(pieces, works, parts)
    return [piece[:symbols] for piece in one], [piece[:symbols] for piece in other]


def symbol_figures(some: Set, reference: Set, training: Ids, training_any_key: Ids) -> Figures:
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
