"""The study's large trainings, as far as they are measured."""

from collections.abc import Callable
from functools import partial

from maestro_lstm.training.loop import Training


def first_updates(training: Training, count: int) -> Callable[[], object]:
    """What takes a training's first updates; every call goes on with the weights of the one before."""
    some = slice(0, count)
    starts, rates, lengths = training.starts[some], training.rates[some], training.lengths[some]
    return partial(training.engine.take_updates, starts, rates, lengths)
