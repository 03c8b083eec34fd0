"""Pieces to chord streams, file by file on all cores or on a cluster. A bad file is skipped, named and counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.choices import Rule
from maestro_lstm.data.corpus.pieces import SPLITS, Piece, Split
from maestro_lstm.data.midi.notes import IntArray
from maestro_lstm.data.midi.streams import Engine, guarded_stream_of
from maestro_lstm.data.midi.unreadable import content_of, no_piece, refuse_more_than
from maestro_lstm.data.vocabulary.chords import NEXT_MARK
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.plumbing.progress import progress

BATCH = 25  # files sent to a cluster worker at a time, about 2 MB


@dataclass(frozen=True)
class Parsed:
    """One file: its chord stream, or why there is none."""

    piece: Piece
    stream: IntArray | None  # pitches, -1 after each chord
    problem: str = ""


def parse_file(piece: Piece, data: bytes | BadMidi, engine: Engine, rule: Rule) -> Parsed:
    """Read one file's content, or record why that failed. Never raises for what the file holds."""
    try:
        if isinstance(data, BadMidi):
            raise data
        stream = guarded_stream_of(data, piece.file, engine, rule)
    except BadMidi as error:
        return Parsed(piece, None, str(error))
    return Parsed(piece, stream.astype(np.int16))


class Corpus:
    """The files of an index, read split by split; nothing but counts is kept of a file that has been passed on.

    Args:
        max_bad: the share of files (0 to 1) that may be unreadable.
    """

    def __init__(self, folder: Path, pieces: Sequence[Piece], engine: Engine, rule: Rule, max_bad: float) -> None:
        self.folder, self.pieces, self.how, self.max_bad = folder, pieces, (engine, rule), max_bad
        self.bad: dict[Piece, str] = {}  # what could not be read, and why
        self.counts: dict[Split, Counts] = {split: Counts() for split in SPLITS}

    def streams(self, split: Split) -> Iterator[IntArray]:
        """Read a split's files, in the order of the index: the chord streams of those that can be read.

        Raises: UserError if too many files of the corpus cannot be, or none of this split; the message names the first.
        """
        own, counts = [piece for piece in self.pieces if piece.split == split], self.counts[split]
        # read here: a cluster worker need not have the folder
        jobs = ((piece, content_of(self.folder, piece.file), *self.how) for piece in own)
        # threads are enough: each waits for a guarded process that does the work
        done = parallel_map(parse_file, jobs, ordered=True, batch=BATCH, threads=True)
        for one in progress(done, f"parse {split}", len(own), "file"):
            if one.stream is None:
                self.bad[one.piece] = one.problem
                refuse_more_than(self.max_bad, list(self.bad.values()), len(self.pieces))
            else:
                counts.add(one.stream)
                yield one.stream
        if not counts.files:
            raise no_piece(split, [self.bad[piece] for piece in own])

    @property
    def read(self) -> list[Piece]:
        """The pieces that could be read, in the order of the index."""
        return [piece for piece in self.pieces if piece not in self.bad]

    @property
    def skipped(self) -> list[dict[str, str]]:
        """Every file that could not be read, and why."""
        return [
            {"split": piece.split, "file": piece.file, "problem": self.bad[piece].removeprefix(f"{piece.file}: ")}
            for piece in self.pieces
            if piece in self.bad
        ]

    def figures(self, split: Split) -> dict[str, Any]:
        """Counts of a split: files, chords, symbols (one `<END>` per piece among them), `<NEXT>`'s share in percent."""
        one = self.counts[split]
        return {
            "split": split,
            "files": one.files,
            "skipped": sum(piece.split == split for piece in self.bad),
            "chords": one.chords,
            "symbols": one.symbols,
            "next_share": round(100 * one.chords / one.symbols, 4),
        }


@dataclass
class Counts:
    """Of the streams of a split."""

    files: int = 0
    chords: int = 0
    pitches: int = 0

    def add(self, stream: IntArray) -> None:
        chords = int((stream == NEXT_MARK).sum())
        self.files += 1
        self.chords += chords
        self.pitches += len(stream) - chords

    @property
    def symbols(self) -> int:
        """With one `<END>` per piece."""
        return self.chords + self.pitches + self.files
