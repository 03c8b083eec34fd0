"""What the stages that look at the test split have in common: the groups in which it is told."""

from maestro_lstm.breakdown import Groups, groups_of
from maestro_lstm.corpus.pieces import composers_of
from maestro_lstm.encoded import load_ids
from maestro_lstm.figures import read_counts
from stages import paths


def groups_of_test() -> list[Groups]:
    skipped = read_counts(paths.METRICS / "parse" / "test.json").problems
    return groups_of(load_ids(paths.encoded("test")), composers_of(paths.CORPUS, "test", skipped))
