"""What the stages that look at the test split share: its works, and the groups to break figures down by."""

from pathlib import Path

from maestro_lstm.corpus.index import Piece, Split, read_index
from maestro_lstm.evaluation.breakdown import Groups, groups_of
from maestro_lstm.symbols.encoded import load_ids
from stages import paths

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def works_of(split: Split, folder: Path) -> list[Piece]:
    """The pieces of a split that could be read, by the index of a folder."""
    return [piece for piece in read_index(folder) if piece.split == split]


def works_of_test(folder: Path = paths.NOTES) -> list[Piece]:
    return works_of("test", folder)


def composers_of_test(folder: Path = paths.NOTES) -> list[str]:
    return [piece.composer or "unknown" for piece in works_of_test(folder)]


def groups_of_test() -> list[Groups]:
    return groups_of(load_ids(paths.encoded("test")), composers_of_test())
