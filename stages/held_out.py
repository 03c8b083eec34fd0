"""What the stages that look at the test split share: its pieces, and the groups to break figures down by."""

from maestro_lstm.data.corpus.pieces import Piece, read_index
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.study.analysis.breakdown import Groups, groups_of
from stages import paths


def pieces_of_test() -> list[Piece]:
    """The pieces of the test split that could be read."""
    return [piece for piece in read_index(paths.NOTES) if piece.split == "test"]


def groups_of_test() -> list[Groups]:
    composers = [piece.composer or "unknown" for piece in pieces_of_test()]
    return groups_of(load_ids(paths.encoded("test")), composers)
