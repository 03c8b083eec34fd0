"""Pieces to chord streams, file by file on all cores or on a cluster. A bad file is skipped, named and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.choices import Rule
from maestro_lstm.data.corpus.pieces import SPLITS, Piece
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


def parse_corpus(folder: Path, pieces: Sequence[Piece], engine: Engine, rule: Rule, max_bad: float) -> list[Parsed]:
    """Read all files, in the order of the index.

    Args:
        max_bad: the share of files (0 to 1) that may be unreadable.

    Raises: UserError if more are, or if a split is left without a piece; the message names the first.
    """
    # read here: a cluster worker need not have the folder
    jobs = ((piece, content_of(folder, piece.file), engine, rule) for piece in pieces)
    # threads are enough: each waits for a guarded process that does the work
    done = parallel_map(parse_file, jobs, ordered=True, batch=BATCH, threads=True)
    parsed = list(progress(done, "parse", len(pieces), "file"))
    bad = [one for one in parsed if one.stream is None]
    refuse_more_than(max_bad, [one.problem for one in bad], len(pieces))
    for split in SPLITS:
        if all(one.stream is None for one in parsed if one.piece.split == split):
            raise no_piece(split, [one.problem for one in bad if one.piece.split == split])
    return parsed


def streams_of(parsed: Sequence[Parsed], split: str) -> list[IntArray]:
    """The chord streams of a split, of the files that could be read."""
    return [one.stream for one in parsed if one.piece.split == split and one.stream is not None]


def read_pieces(parsed: Sequence[Parsed]) -> list[Piece]:
    """The pieces that could be read, in order."""
    return [one.piece for one in parsed if one.stream is not None]


def counts(parsed: Sequence[Parsed], split: str) -> dict[str, Any]:
    """Counts of a split: files, chords, symbols (one `<END>` per piece among them), and `<NEXT>`'s share in percent."""
    streams = streams_of(parsed, split)
    chords = sum(int((stream == NEXT_MARK).sum()) for stream in streams)
    symbols = sum(len(stream) + 1 for stream in streams)
    return {
        "split": split,
        "files": len(streams),
        "skipped": sum(one.piece.split == split for one in parsed) - len(streams),
        "chords": chords,
        "symbols": symbols,
        "next_share": round(100 * chords / symbols, 4),
    }


def skipped(parsed: Sequence[Parsed]) -> list[dict[str, str]]:
    """Every file that could not be read, and why."""
    return [
        {"split": one.piece.split, "file": one.piece.file, "problem": one.problem.removeprefix(f"{one.piece.file}: ")}
        for one in parsed
        if one.stream is None
    ]
