"""Pieces to chord streams, and their counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.corpus.index import SPLITS, Piece, Split
from maestro_lstm.midi.files import Files
from maestro_lstm.midi.notes import IntArray
from maestro_lstm.plumbing.choices import Rule
from maestro_lstm.tokens.chord_streams import Engine, guarded_stream_of
from maestro_lstm.tokens.chords import NEXT_MARK


def short_stream(data: bytes, name: str, engine: Engine, rule: Rule) -> IntArray:
    """A file's chord stream: pitches, -1 after each chord; in two bytes each, as it may travel."""
    return guarded_stream_of(data, name, engine, rule).astype(np.int16)


class Corpus:
    """The files of an index as chord streams; nothing but counts is kept of one that has been passed on.

    Args:
        max_bad: the share of files (0 to 1) that may be unreadable.
    """

    def __init__(self, folder: Path, pieces: Sequence[Piece], engine: Engine, rule: Rule, max_bad: float) -> None:
        self.files = Files(folder, pieces, max_bad, short_stream, engine, rule)
        self.counts: dict[Split, Counts] = {split: Counts() for split in SPLITS}

    def streams(self, split: Split) -> Iterator[IntArray]:
        """The chord streams of a split, as `Files.of` reads them."""
        for stream in self.files.of(split):
            self.counts[split].add(stream)
            yield stream

    def figures(self, split: Split) -> dict[str, Any]:
        """Counts of a split: files, chords, symbols (one `<END>` per piece among them), `<NEXT>`'s share in percent."""
        one = self.counts[split]
        return {
            "split": split,
            "files": one.files,
            "skipped": sum(piece.split == split for piece in self.files.bad),
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
