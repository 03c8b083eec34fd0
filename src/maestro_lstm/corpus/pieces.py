"""A corpus as every later stage sees it: MIDI files and one index of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import get_args

import pandas as pd

from maestro_lstm.errors import UserError
from maestro_lstm.files import write_csv
from maestro_lstm.splits import SPLITS, Split

INDEX = "pieces.csv"
COLUMNS = ("file", "split", "composer", "title")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet computes


@dataclass(frozen=True)
class Piece:
    """One MIDI file."""

    file: str  # path inside the corpus, with forward slashes
    split: Split
    composer: str
    title: str


def write_index(folder: Path, pieces: Sequence[Piece]) -> None:
    """Write the index, in the order given: the splits are strung together in it, and so are validation's windows.

    Words of a stranger that a spreadsheet would take for a formula get an apostrophe before them, and a path `./`.
    """
    rows = [
        {
            "file": f"./{piece.file}" if piece.file.startswith(FORMULA) else piece.file,
            "split": piece.split,
            "composer": _words(piece.composer),
            "title": _words(piece.title),
        }
        for piece in pieces
    ]
    write_csv(folder / INDEX, rows)


def _words(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def read_index(folder: Path) -> list[Piece]:
    """The pieces of a corpus, in its order. Raises UserError where the index is missing or makes no sense."""
    table = read_table(folder / INDEX, COLUMNS)[list(COLUMNS)]
    pieces = [Piece(*row) for row in table.itertuples(index=False)]
    for line, piece in enumerate(pieces, start=2):
        path = PurePosixPath(piece.file)
        if path.is_absolute() or ".." in path.parts or not path.name:
            raise UserError(f"{folder / INDEX}, line {line}: {piece.file!r} is no file of this folder")
    return pieces


def pieces_of(folder: Path, split: Split, skipped: Sequence[str]) -> list[Piece]:
    """The pieces of a split that were read, in order.

    Args:
        skipped: of each file that was not, its name and why, as `parsing.counts` has them.
    """
    pieces = [piece for piece in read_index(folder) if piece.split == split]
    return [piece for piece in pieces if not any(problem.startswith(f"{piece.file}: ") for problem in skipped)]


def read_table(path: Path, columns: tuple[str, ...], name: str = "") -> pd.DataFrame:
    """A csv as text. Raises UserError, naming the file, without its columns or with a split that is none of ours."""
    name = name or str(path)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{name} is missing: run `dvc repro download`") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{name}: not a csv in UTF-8 ({error})") from None
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UserError(f"{name}: has no column {', '.join(missing)}; it has {', '.join(table.columns)}")
    for line, split in enumerate(table["split"], start=2):
        if split not in get_args(Split):
            raise UserError(f"{name}, line {line}: split {split!r} is none of {', '.join(SPLITS)}")
    return table


def split_by_content(hashes: Mapping[str, str]) -> dict[str, Split]:
    """Divide files 80 : 10 : 10, whole pieces, the same way on every machine and in whatever order they come.

    They are ranked by the hash of their bytes. Of files with equal bytes only the first by name is kept, so that
    no piece stands in two splits.

    Args:
        hashes: of each file, by its name.

    Returns: split of each file kept. Raises UserError for fewer than three different files.
    """
    by_hash: dict[str, str] = {}
    for name in sorted(hashes):
        by_hash.setdefault(hashes[name], name)
    ranked = [name for _, name in sorted(by_hash.items())]
    if len(ranked) < 3:
        raise UserError(f"three different MIDI files are the least that three splits need; there are {len(ranked)}")
    held_out = max(1, round(len(ranked) / 10))
    return {
        name: "test" if rank < held_out else "validation" if rank < 2 * held_out else "train"
        for rank, name in enumerate(ranked)
    }
