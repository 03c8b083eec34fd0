"""Pieces → symbols, file by file on all cores; a bad file is skipped, named and counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from joblib import Parallel, delayed

from maestro_lstm.chords import NEXT_MARK, Rule, chord_stream
from maestro_lstm.corpus.pieces import Piece
from maestro_lstm.errors import BadMidi, UserError
from maestro_lstm.notes import IntArray, read_notes
from maestro_lstm.progress import progress
from maestro_lstm.splits import SPLITS

Engine = Literal["fast", "music21"]


@dataclass(frozen=True)
class Parsed:
    """What came of one file: its chord stream, or why there is none."""

    piece: Piece
    stream: IntArray | None  # pitches, -1 after each chord
    problem: str = ""


def parse_file(folder: Path, piece: Piece, engine: Engine, rule: Rule) -> Parsed:
    """Read one file; never raises for what the file holds."""
    try:
        if engine == "music21":
            from maestro_lstm.reference import music21_stream  # here: the fast engine does without music21

            stream = music21_stream(folder / piece.file, piece.file)
        else:
            stream = chord_stream(read_notes(folder / piece.file, piece.file), rule)
    except BadMidi as error:
        return Parsed(piece, None, str(error))
    if not len(stream):
        return Parsed(piece, None, f"{piece.file}: no note on the piano's 88 keys")
    return Parsed(piece, stream.astype(np.int16))


def parse_corpus(folder: Path, pieces: Sequence[Piece], engine: Engine, rule: Rule, max_bad: float) -> list[Parsed]:
    """Read all files, in the order of the index.

    Args:
        max_bad: share of files (0–1) that may be unreadable.

    Raises: UserError where more are, or where a split is left without a piece; the message names the first.
    """
    folder = folder.resolve()  # a worker's working folder may be another
    jobs = (delayed(parse_file)(folder, piece, engine, rule) for piece in pieces)
    parsed = list(progress(Parallel(n_jobs=-1, return_as="generator")(jobs), "parse", len(pieces), "file"))
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


def counts(parsed: Sequence[Parsed], split: str) -> dict[str, Any]:
    """What was read of a split; its symbols include an `<END>` for each piece, next_share is in percent."""
    streams = [one.stream for one in parsed if one.piece.split == split and one.stream is not None]
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
