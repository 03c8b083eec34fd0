"""Where predictions are right, and where their nats go.

By piece, composer, position, chord size, symbol, field and confidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maestro_lstm.evaluation.likelihood import Guesses
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.plumbing.tables import read_csv
from maestro_lstm.tokens.events import to_events
from maestro_lstm.tokens.note_tokens import FIELDS
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import quantize
from maestro_lstm.tokens.vocabulary import END, END_ID, ID_OF_SYMBOL, NEXT, NEXT_ID, PITCH_OF_NAME, Ids

POSITIONS = (
    0,
    10,
    30,
    100,
    300,
    1_000,
    3_000,
    10_000,
)  # symbols or notes before in the piece, up to the next of these
LARGEST = 10  # chords of this many notes and more are one group
BINS = 10  # of confidence
BY_PITCH = (END, NEXT, *PITCH_OF_NAME)  # the symbols, from the lowest key to the highest
COLUMNS = ("by", "group", "symbols", "accuracy", "nats", "confidence")


@dataclass(frozen=True)
class Groups:
    """Which group each of N symbols is in."""

    by: str
    labels: Sequence[str]
    codes: npt.NDArray[np.int64]  # (N,) places in `labels`


def groups_of(ids: Ids, composers: Sequence[str]) -> list[Groups]:
    """The groups of all symbols of a split except the first, which nobody predicts.

    Args:
        ids: (S,), each piece ending with `<END>`.
        composers: of each piece.

    Returns: by piece, position, composer, chord and symbol. A `<NEXT>` counts with the chord before it; an `<END>`
        alone has no notes.

    Raises: ValueError where there are not as many composers as pieces.
    """
    piece = np.append(0, np.cumsum(ids[:-1] == END_ID))  # (S,)
    pieces = int(piece[-1]) + 1
    if len(composers) != pieces:
        raise ValueError(f"{len(composers)} composers for {pieces} pieces")
    begins = np.flatnonzero(np.diff(piece, prepend=-1))  # (P,)
    position = np.arange(len(ids)) - begins[piece]  # (S,)
    names = sorted(set(composers))
    by_composer = np.array([names.index(composer) for composer in composers])
    return [
        Groups("piece", [str(k) for k in range(pieces)], piece[1:]),
        Groups("position", list(_spans(POSITIONS)), np.searchsorted(POSITIONS, position[1:], side="right") - 1),
        Groups("composer", names, by_composer[piece[1:]]),
        Groups("chord", [*map(str, range(LARGEST)), f"{LARGEST}+"], np.minimum(chord_sizes(ids), LARGEST)[1:]),
        Groups("symbol", BY_PITCH, np.argsort([ID_OF_SYMBOL[symbol] for symbol in BY_PITCH])[ids[1:]]),
    ]


def chord_sizes(ids: Ids) -> npt.NDArray[np.int64]:
    """(S,) for each symbol, the number of notes of its chord; a mark belongs to the chord before it."""
    marks = (ids == NEXT_ID) | (ids == END_ID)
    chord = np.append(0, np.cumsum(marks[:-1]))  # (S,)
    sizes = np.asarray(np.bincount(chord, weights=~marks), dtype=np.int64)
    return np.take(sizes, chord)


def tally(guesses: Guesses, targets: Ids, groups: Sequence[Groups]) -> pd.DataFrame:
    """Sums over each group, and over bins of confidence: symbols, right predictions, nats, and confidence (probability
    of the prediction)."""
    confidence = np.exp(guesses.sure)
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    edges = np.linspace(0, 100, BINS + 1).astype(int)
    by_confidence = Groups("confidence", [f"{a}–{b}" for a, b in pairwise(edges.tolist())], bins)
    tables = []
    for one in (*groups, by_confidence):
        figures = {
            "symbols": np.ones(len(targets)),
            "right": guesses.best == targets,
            "nats": -guesses.likelihood,
            "confidence": confidence,
        }
        sums = {name: np.bincount(one.codes, value, len(one.labels)) for name, value in figures.items()}
        tables.append(pd.DataFrame({"by": one.by, "group": list(one.labels), **sums}))
    return pd.concat(tables, ignore_index=True)


def over_runs(tallies: Sequence[pd.DataFrame]) -> list[dict[str, Any]]:
    """The mean of several seeds' tallies, as rows of a table of `COLUMNS`, one per group that has symbols; accuracy and
    confidence in percent."""
    sums = pd.concat(tallies).groupby(["by", "group"], sort=False).sum().reset_index()
    sums = sums[sums["symbols"] > 0]
    means = {
        "symbols": (sums["symbols"] / len(tallies)).round(3),
        "accuracy": (100 * sums["right"] / sums["symbols"]).round(4),
        "nats": (sums["nats"] / sums["symbols"]).round(4),
        "confidence": (100 * sums["confidence"] / sums["symbols"]).round(4),
    }
    table = sums[["by", "group"]].assign(**means)
    return [dict(zip(COLUMNS, row, strict=True)) for row in table.itertuples(index=False)]


def read_breakdown(path: Path) -> pd.DataFrame:
    """Read what `over_runs` made. Raises UserError, naming the file."""
    table = read_csv(path, COLUMNS, words=("by", "group"))
    if not {"piece", "confidence"} <= set(table["by"]):
        raise damaged(path, "it has no rows by piece or by confidence")
    return table


def _spans(edges: Sequence[int]) -> Iterator[str]:
    """0–9, 10–29, …"""
    for low, high in zip(edges, [*edges[1:], None], strict=True):
        yield f"{low:,}+" if high is None else f"{low:,}–{high - 1:,}"


NOTE_COLUMNS = ("by", "group", "notes", "events", *FIELDS)


def event_counts(pieces: Sequence[Performance]) -> npt.NDArray[np.int64]:
    """(P,) how many of 388 events each piece is, the pedal's rows aside: they have none."""
    return np.array([len(to_events(quantize(piece.notes))) for piece in pieces])


def grouped(
    nats: npt.NDArray[np.float64],
    piece: npt.NDArray[np.int64],
    position: npt.NDArray[np.int64],
    events: npt.NDArray[np.int64],
    composers: Sequence[str],
) -> list[dict[str, Any]]:
    """The sums of a split by piece, composer and position, as rows of a table of `NOTE_COLUMNS`: nats of each field.

    Args:
        nats, piece, position: of each note, as in `note_likelihood.Cost`.
        events: (P,) of each piece; a position has none of its own.
    """
    names = sorted(set(composers))
    by_composer = np.array([names.index(composer) for composer in composers])
    spans = list(_spans(POSITIONS))
    kinds = (
        ("piece", [str(k) for k in range(len(events))], piece, events),
        ("composer", names, by_composer[piece], np.bincount(by_composer, events, len(names))),
        ("position", spans, np.searchsorted(POSITIONS, position, side="right") - 1, np.zeros(len(spans))),
    )
    rows = []
    for by, labels, codes, own in kinds:
        notes = np.bincount(codes, minlength=len(labels))
        sums = [np.bincount(codes, nats[:, k], len(labels)) for k in range(len(FIELDS))]
        rows += [
            {"by": by, "group": label, "notes": int(notes[k]), "events": int(own[k])}
            | {field: round(float(total[k]), 3) for field, total in zip(FIELDS, sums, strict=True)}
            for k, label in enumerate(labels)
            if notes[k]
        ]
    return rows


def read_groups(path: Path) -> pd.DataFrame:
    """Read what `grouped` made. Raises UserError, naming the file."""
    table = read_csv(path, NOTE_COLUMNS, words=("by", "group"))
    if not {"piece", "composer", "position"} <= set(table["by"]):
        raise damaged(path, "it has no rows by piece, composer or position")
    return table
