"""Where the nats of a split go: by piece, composer, position in the piece, and field; and how sure a figure is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from maestro_lstm.evaluation.bootstrap import Interval, interval
from maestro_lstm.performances.events import to_events
from maestro_lstm.performances.note_tokens import FIELDS
from maestro_lstm.performances.performance import Performance
from maestro_lstm.performances.quantize import quantize
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.plumbing.tables import read_csv

POSITIONS = (0, 10, 30, 100, 300, 1_000, 3_000, 10_000)  # notes before in the piece; from each of these to the next
COLUMNS = ("by", "group", "notes", "events", *FIELDS)


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
    """The sums of a split by piece, composer and position, as rows of a table of `COLUMNS`: nats of each field.

    Args:
        nats, piece, position: of each note, as in `note_likelihood.Cost`.
        events: (P,) of each piece; a position has none of its own.
    """
    names = sorted(set(composers))
    by_composer = np.array([names.index(composer) for composer in composers])
    spans = [
        f"{low:,}–{high - 1:,}" if high else f"{low:,}+"
        for low, high in zip(POSITIONS, [*POSITIONS[1:], 0], strict=True)
    ]
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
    table = read_csv(path, COLUMNS, words=("by", "group"))
    if not {"piece", "composer", "position"} <= set(table["by"]):
        raise damaged(path, "it has no rows by piece, composer or position")
    return table


def nats_an_event(table: pd.DataFrame) -> Interval:
    """Of a table as `grouped` makes it, over its pieces."""
    pieces = table[table["by"] == "piece"]
    events = pieces["events"].to_numpy(float)
    return interval(pieces[list(FIELDS)].sum(axis=1).to_numpy() / events, events)
