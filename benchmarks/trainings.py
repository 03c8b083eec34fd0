"""The study's large trainings, as far as they are measured."""

from collections.abc import Callable
from functools import partial

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS
from maestro_lstm.model.performer.task import NoteTask
from maestro_lstm.model.training.loop import Training
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.tasks import SymbolTask, Task
from stages import paths


def task_of(settings: Settings) -> Task:
    """What a network of this kind learns, from the training split."""
    if settings.kind == "symbols":
        return SymbolTask(load_ids(paths.encoded("train")), len(SYMBOLS))
    return NoteTask(paths.PERFORMANCES / "train")


def first_updates(training: Training, count: int) -> Callable[[], object]:
    """What takes a training's first updates; every call goes on with the weights of the one before."""
    some = slice(0, count)
    starts, rates, lengths = training.starts[some], training.rates[some], training.lengths[some]
    return partial(training.engine.take_updates, starts, rates, lengths)
