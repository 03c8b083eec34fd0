"""Pieces → symbols, file by file on all cores or on a cluster; a bad file is skipped, named and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.choices import Rule
from maestro_lstm.chords import NEXT_MARK
from maestro_lstm.cluster import side_by_side
from maestro_lstm.corpus.pieces import Piece
from maestro_lstm.errors import BadMidi, UserError
from maestro_lstm.notes import IntArray, read_bytes
from maestro_lstm.progress import progress
from maestro_lstm.splits import SPLITS
from maestro_lstm.streams import Engine, guarded_stream_of

BATCH = 25  # files that are sent to a worker of a cluster at a time, some 2 MB


@dataclass(frozen=True)
class Parsed:
    """What came of one file: its chord stream, or why there is none."""

    piece: Piece
    stream: IntArray | None  # pitches, -1 after each chord
    problem: str = ""


def parse_file(piece: Piece, data: bytes | BadMidi, engine: Engine, rule: Rule) -> Parsed:
    """Read one file's content, or take down why there is none; never raises for what the file holds."""
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
        max_bad: share of files (0–1) that may be unreadable.

    Raises: UserError where more are, or where a split is left without a piece; the message names the first.
    """
    # read here: a worker of a cluster need not have the folder
    jobs = ((piece, _content(folder / piece.file, piece.file), engine, rule) for piece in pieces)
    # threads are enough: each has a guarded process that does the work
    done = side_by_side(parse_file, jobs, ordered=True, batch=BATCH, threads=True)
    parsed = list(progress(done, "parse", len(pieces), "file"))
    bad = [one for one in parsed if one.stream is None]
    if len(bad) > max_bad * len(pieces):
        raise UserError(
            f"{len(bad)} of {len(pieces)} files cannot be read, more than parse.max_bad ({max_bad}); "
            f"the first: {bad[0].problem}"
        )
    for split in SPLITS:
        if all(one.stream is None for one in parsed if one.piece.split == split):
            first = next((one.problem for one in bad if one.piece.split == split), "it has none")
            raise UserError(f"no file of the {split} split can be read; the first: {first}")
    return parsed


def _content(path: Path, name: str) -> bytes | BadMidi:
    try:
        return read_bytes(path, name)
    except BadMidi as error:
        return error


def streams_of(parsed: Sequence[Parsed], split: str) -> list[IntArray]:
    """The chord streams of a split's files that could be read."""
    return [one.stream for one in parsed if one.piece.split == split and one.stream is not None]


def counts(parsed: Sequence[Parsed], split: str) -> dict[str, Any]:
    """What was read of a split; its symbols include an `<END>` for each piece, next_share is in percent."""
    streams = streams_of(parsed, split)
    problems = [one.problem for one in parsed if one.piece.split == split and one.stream is None]
    chords = sum(int((stream == NEXT_MARK).sum()) for stream in streams)
    symbols = sum(len(stream) + 1 for stream in streams)
    return {
        "files": len(streams),
        "skipped": len(problems),
        "chords": chords,
        "symbols": symbols,
        "next_share": round(100 * chords / symbols, 4),
        "problems": problems,  # file and reason of each that was skipped
    }
