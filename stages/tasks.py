"""What the networks of the 90 symbols learn: the next symbol of the training split."""

from maestro_lstm.symbols.encoded import load_ids
from maestro_lstm.symbols.vocabulary import SYMBOLS
from maestro_lstm.training.tasks import SymbolTask
from stages import paths


def symbol_task() -> SymbolTask:
    return SymbolTask(load_ids(paths.encoded("train")), len(SYMBOLS))
