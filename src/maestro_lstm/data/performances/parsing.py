"""Pieces to performances, file by file on all cores or on a cluster. A bad file is skipped, named and counted.

Pieces are written as they are read, so the corpus need not fit into memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.choices import PedalRule
from maestro_lstm.data.corpus.pieces import SPLITS, Piece
from maestro_lstm.data.midi.unreadable import content_of, no_piece, refuse_more_than
from maestro_lstm.data.performances.columns import open_performances, write_performances
from maestro_lstm.data.performances.events import to_events
from maestro_lstm.data.performances.performance import PEDAL_UP, Performance
from maestro_lstm.data.performances.reading import guarded_performance
from maestro_lstm.data.performances.steps import to_steps
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.plumbing.progress import progress

BATCH = 25  # files sent to a cluster worker at a time, about 2 MB


@dataclass(frozen=True)
class Read:
    """One file: its performance, or why there is none."""

    piece: Piece
    performance: Performance | None
    problem: str = ""


def read_file(piece: Piece, data: bytes | BadMidi, pedal: PedalRule) -> Read:
    """Read one file's content, or record why that failed. Never raises for what the file holds."""
    try:
        if isinstance(data, BadMidi):
            raise data
        return Read(piece, guarded_performance(data, piece.file, pedal))
    except BadMidi as error:
        return Read(piece, None, str(error))


def parse_corpus(
    corpus: Path, pieces: Sequence[Piece], folder: Path, pedal: PedalRule, max_bad: float
) -> tuple[list[Piece], list[str]]:
    """Read all files and write each split's columns.

    Args:
        folder: to write the splits to.
        max_bad: the share of files (0 to 1) that may be unreadable.

    Returns: the pieces that could be read, in the order of the columns, and what was wrong with the others.

    Raises: UserError if more are unreadable, or if a split is left without a piece; the message names the first.
    """
    there: list[Piece] = []
    bad: list[str] = []

    def good(done: Iterator[Read]) -> Iterator[Performance]:
        for one in done:
            if one.performance is None:
                bad.append(one.problem)
                refuse_more_than(max_bad, bad, len(pieces))
            else:
                there.append(one.piece)
                yield one.performance

    for split in SPLITS:
        own = [piece for piece in pieces if piece.split == split]
        jobs = ((piece, content_of(corpus, piece.file), pedal) for piece in own)
        # threads are enough: each waits for a guarded process that does the work
        done = parallel_map(read_file, jobs, ordered=True, batch=BATCH, threads=True)
        before, bad_before = len(there), len(bad)
        write_performances(folder / split, good(iter(progress(done, f"read {split}", len(own), "file"))))
        if len(there) == before:
            raise no_piece(split, bad[bad_before:])
    return there, bad


def counts(folder: Path, split: str) -> dict[str, Any]:
    """Counts of a split: pieces, notes, crossings of the pedal, 388 events (none where the pedal has rows), hours."""
    pieces = open_performances(folder)
    pedal = int((pieces.columns["pitch"] >= PEDAL_UP).sum())
    return {
        "split": split,
        "pieces": len(pieces),
        "notes": int(pieces.bounds[-1]) - pedal,
        "pedal": pedal,
        "events": "" if pedal else sum(len(to_events(to_steps(piece))) for piece in pieces),
        "hours": round(sum(float(np.max(piece.release)) for piece in pieces) / 3600, 2),
    }
