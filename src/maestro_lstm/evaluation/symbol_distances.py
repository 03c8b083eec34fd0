"""How far each set of pieces of symbols is from real music, by features of a piece after Yang and Lerch (2020).

L.-C. Yang and A. Lerch, "On the evaluation of generative models in music", Neural Computing and Applications 32 (2020),
§3.2: histograms and single figures. The symbols have no time, so rhythm features are left out. Melodic features use the
highest notes of successive chords.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.evaluation.measures import Collection, diversity, halves, pooled_distance, similarity
from maestro_lstm.evaluation.passages import compression_ratio, in_any_key, longest_repeat, longest_shared
from maestro_lstm.evaluation.significance import Interval, Labels, interval
from maestro_lstm.tokens.chords import chords_of, collapse_of
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, SYMBOLS, Ids

Doubles = npt.NDArray[np.float64]
LARGEST_CHORD = 12  # chords of this many notes and more are one bin
WIDEST = 24  # semitones: wider intervals count as this

HISTOGRAMS = {
    "chord_sizes": "chord sizes",
    "pitches": "pitches",
    "pitch_classes": "pitch classes",
    "intervals": "intervals",
    "transitions": "pitch-class transitions",
}
SCALARS = {
    "notes": "notes",
    "range": "range",
    "pitches_used": "pitches used",
    "mean_interval": "mean interval",
}


@dataclass(frozen=True)
class Features:
    """The features of one piece; all zero without notes."""

    chord_sizes: Doubles  # (12,) chords of 1, 2, … notes
    pitches: Doubles  # (88,) notes on each key
    pitch_classes: Doubles  # (12,) C, C#, …
    intervals: Doubles  # (49,) from −24 to 24 semitones, between the highest notes of successive chords
    transitions: Doubles  # (144,) from pitch class to pitch class, likewise, 12 · from + to
    notes: float  # per 100 symbols
    range: float  # semitones from the lowest note to the highest
    pitches_used: float  # different ones
    mean_interval: float  # semitones, absolute


def features_of(ids: Ids) -> Features:
    """Of (S,) ids, at least one."""
    chords = chords_of(SYMBOLS[id_] for id_ in ids.tolist())
    pitches = np.array([pitch for chord in chords for pitch in chord], dtype=np.int64)
    tops = [max(chord) for chord in chords]
    steps = np.diff(np.array(tops, dtype=np.int64)) if len(tops) > 1 else np.zeros(0, dtype=np.int64)
    moves = [12 * (one % 12) + other % 12 for one, other in pairwise(tops)]
    return Features(
        chord_sizes=_counts([min(len(chord), LARGEST_CHORD) - 1 for chord in chords], LARGEST_CHORD),
        pitches=_counts(pitches - LOWEST_PITCH, HIGHEST_PITCH - LOWEST_PITCH + 1),
        pitch_classes=_counts(pitches % 12, 12),
        intervals=_counts(np.clip(steps, -WIDEST, WIDEST) + WIDEST, 2 * WIDEST + 1),
        transitions=_counts(moves, 144),
        notes=100 * len(pitches) / len(ids),
        range=float(np.ptp(pitches)) if len(pitches) else 0.0,
        pitches_used=float(len(np.unique(pitches))),
        mean_interval=float(np.abs(steps).mean()) if len(steps) else 0.0,
    )


def _counts(values: npt.ArrayLike, size: int) -> Doubles:
    return np.bincount(np.asarray(values, dtype=np.int64), minlength=size).astype(np.float64)


Figures = dict[str, Interval]
# what is compared piece by piece, beside the single figures
BY_PIECE = ("chord_sizes", "pitch_classes", "transitions")


@dataclass(frozen=True)
class Set:
    """Pieces by one writer, and the work and the features of each."""

    pieces: Sequence[Ids]
    works: Labels
    features: Sequence[Features]

    def values(self, name: str) -> npt.NDArray[np.float64]:
        """A histogram's counts, (P, K); a single figure, (P, 1)."""
        return np.array([getattr(one, name) for one in self.features], dtype=np.float64).reshape(len(self.pieces), -1)

    def table(self, name: str) -> npt.NDArray[np.float64]:
        """The same, with a histogram as shares of each piece."""
        values = self.values(name)
        return values if name in SCALARS else values / np.maximum(values.sum(axis=1, keepdims=True), 1)


def set_of(some: Collection[Ids]) -> Set:
    return Set(some.pieces, some.works, [features_of(piece) for piece in some.pieces])


def beginnings(
    real: Collection[Ids], composers: Sequence[str], symbols: int
) -> tuple[Collection[Ids], Collection[Ids]]:
    """The beginnings of real pieces in two sets, by `halves`.

    Args:
        composers: of each piece.
        symbols: how much of each piece.
    """

    def parts(pieces: Sequence[Ids]) -> list[Ids]:
        found = [piece[at : at + symbols] for piece in pieces for at in range(0, len(piece), symbols)]
        while len(found) < 4:
            found = [half for part in found for half in np.array_split(part, 2) if len(half)]
        return found

    one, other = (
        Collection([piece[:symbols] for piece in half.pieces], half.works) for half in halves(real, composers, parts)
    )
    return one, other


def symbol_figures(some: Set, reference: Set, training: Ids, training_any_key: Ids) -> Figures:
    """Every measure by name; `tv_` and `oa_` are against the reference.

    Args:
        training: the training split.
        training_any_key: the same in any key, `passages.in_any_key`.
    """
    works = some.works, reference.works
    figures = {f"tv_{name}": pooled_distance(some.values(name), reference.values(name), works) for name in HISTOGRAMS}
    for name in (*BY_PIECE, *SCALARS):
        figures[f"oa_{name}"] = similarity(some.table(name), reference.table(name), works)
    for name in BY_PIECE:
        within = diversity(some.table(name), some.works)
        figures[f"within_{name}"] = Interval(within, math.nan, math.nan)
    of_pieces = {
        **{name: [getattr(one, name) for one in some.features] for name in SCALARS},
        "repeat": [longest_repeat(piece) for piece in some.pieces],
        "compression": [compression_ratio(piece) for piece in some.pieces],
        "by_heart": [longest_shared(piece, training) for piece in some.pieces],
        "by_heart_any_key": [longest_shared(in_any_key(piece), training_any_key) for piece in some.pieces],
        "collapsed": [100 * bool(collapse_of([SYMBOLS[id_] for id_ in piece.tolist()])) for piece in some.pieces],
    }
    intervals = {name: interval(np.array(values, np.float64), works=some.works) for name, values in of_pieces.items()}
    return figures | intervals


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
