"""Features of a piece, after Yang and Lerch (2020): histograms and single figures.

L.-C. Yang and A. Lerch, "On the evaluation of generative models in music", Neural Computing and Applications 32 (2020),
§3.2. The symbols have no time, so rhythm features are left out. Melodic features use the highest notes of successive
chords.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from maestro_lstm.symbols.chords import chords_of
from maestro_lstm.symbols.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, SYMBOLS, Ids

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
