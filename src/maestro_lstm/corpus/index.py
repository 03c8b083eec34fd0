"""A corpus as every later stage sees it: MIDI files in three splits, and one index of them."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, get_args

from maestro_lstm.plumbing.errors import NotMade, UserError
from maestro_lstm.plumbing.tables import read_csv, write_csv

if TYPE_CHECKING:
    import pandas as pd

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
HELD_OUT: tuple[Split, ...] = ("validation", "test")
INDEX = "pieces.csv"
COLUMNS = ("file", "split", "composer", "title")
# which pieces are of one work; of each the nearest of its own and of any other, with percent of what they share
WORK_COLUMNS = (*COLUMNS, "work", "twin", "twin_shared", "other", "other_shared")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell starts that a spreadsheet would compute


@dataclass(frozen=True)
class Piece:
    """One MIDI file."""

    file: str  # path inside the corpus, with forward slashes
    split: Split
    composer: str
    title: str


def write_index(folder: Path, pieces: Sequence[Piece]) -> None:
    """Write the index in the order given: splits are concatenated in it, and so are validation's windows.

    Text from a stranger that a spreadsheet would take for a formula gets a leading apostrophe, a path a leading `./`.
    """
    rows: list[dict[str, str]] = [
        {
            "file": f"./{piece.file}" if piece.file.startswith(FORMULA) else piece.file,
            "split": piece.split,
            "composer": _words(piece.composer),
            "title": _words(piece.title),
        }
        for piece in pieces
    ]
    write_csv(folder / INDEX, rows, COLUMNS)


def _words(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def read_index(folder: Path) -> list[Piece]:
    """The pieces of a corpus, in its order. Raises UserError where the index is missing or invalid."""
    table = read_table(folder / INDEX, COLUMNS)[list(COLUMNS)]
    pieces = [Piece(*row) for row in table.itertuples(index=False)]
    for line, piece in enumerate(pieces, start=2):
        path = PurePosixPath(piece.file)
        if path.is_absolute() or ".." in path.parts or not path.name:
            raise UserError(f"{folder / INDEX}, line {line}: {piece.file!r} is not a file of this folder")
    return pieces


def pieces_of(split: Split, folder: Path) -> list[Piece]:
    """The pieces of a split, by the index of a folder."""
    return [piece for piece in read_index(folder) if piece.split == split]


def composers_of(split: Split, folder: Path) -> list[str]:
    """The composer of each piece of a split."""
    return [piece.composer or "unknown" for piece in pieces_of(split, folder)]


def works_of(split: Split, folder: Path, works: Path) -> list[int]:
    """The work of each piece of a split, by number. One that is not among the works is a work of its own.

    Args:
        folder: with an index.
        works: a folder with an index that has the columns `WORK_COLUMNS`.
    """
    table = read_csv(works / INDEX, WORK_COLUMNS, words=(*COLUMNS, "twin", "other"))
    work = dict(zip(table["file"], table["work"].astype(int), strict=True))
    return [work.get(piece.file, -1 - k) for k, piece in enumerate(pieces_of(split, folder))]


def read_table(path: Path, columns: tuple[str, ...], name: str = "") -> "pd.DataFrame":
    """A csv as text. Raises UserError, naming the file, if a column is missing or a split is unknown."""
    table, name = read_words(path, columns, name), name or str(path)
    for line, split in enumerate(table["split"], start=2):
        if split not in get_args(Split):
            raise UserError(f"{name}, line {line}: split {split!r} is none of {', '.join(SPLITS)}")
    return table


def read_words(path: Path, columns: tuple[str, ...], name: str = "") -> "pd.DataFrame":
    """A csv as text. Raises UserError, naming the file, if it is none or a column is missing."""
    name = name or str(path)
    import pandas as pd  # here: most of what knows an index reads none

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise NotMade(f"{name} is missing") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise UserError(f"{name}: not a csv in UTF-8 ({error})") from None
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UserError(f"{name}: has no column {', '.join(missing)}; it has {', '.join(table.columns)}")
    return table


def split_by_content(hashes: Mapping[str, str], works: Mapping[str, str] | None = None) -> dict[str, Split]:
    """Split files 80 : 10 : 10, the same way on every machine and in whatever order they come.

    Works are ranked by the hash of their bytes. Of files with equal bytes only the first by name is kept, so no piece
    is in two splits.

    Args:
        hashes: by file name.
        works: of files that belong together; any other is a work of its own.

    Returns: the split of each file kept. Raises UserError for fewer than three different works.
    """
    by_hash: dict[str, str] = {}
    for name in sorted(hashes):
        by_hash.setdefault(hashes[name], name)
    work_of = {hashes[name]: work for name, work in (works or {}).items()}  # of a copy under another name, too
    parts: dict[tuple[str, str], list[str]] = {}  # of each work, the hashes of its files
    for content, name in sorted(by_hash.items()):
        own = ("work", work_of[content]) if content in work_of else ("file", name)
        parts.setdefault(own, []).append(content)
    # a work of one file ranks by that file's hash
    ranked = sorted(parts.values(), key=lambda some: some[0] if len(some) == 1 else _hash("".join(some)))
    if len(ranked) < 3:
        raise UserError(f"three splits need at least three different MIDI files, or works; there are {len(ranked)}")
    held_out = max(1, round(len(ranked) / 10))
    return {
        by_hash[content]: "test" if rank < held_out else "validation" if rank < 2 * held_out else "train"
        for rank, some in enumerate(ranked)
        for content in some
    }


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
