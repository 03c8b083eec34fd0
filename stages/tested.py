"""What the stages that look at the test split have in common: its pieces, and the groups in which it is told."""

from maestro_lstm.breakdown import Groups, groups_of
from maestro_lstm.corpus.pieces import Piece, pieces_of
from maestro_lstm.encoded import load_ids
from maestro_lstm.figures import read_counts
from stages import paths


def pieces_of_test() -> list[Piece]:
    """Those that were read."""
    return pieces_of(paths.CORPUS, "test", read_counts(paths.METRICS / "parse" / "test.json").problems)


def groups_of_test() -> list[Groups]:
    composers = [piece.composer or "unknown" for piece in pieces_of_test()]
    return groups_of(load_ids(paths.encoded("test")), composers)
