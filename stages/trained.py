"""What the stages that train have in common: one candidate's runs, all the candidates' trained with them.

The first candidate of an experiment trains all of them, so that a GPU, a cluster or many cores are filled; the others
find their runs kept. A final network is trained alone, with all its seeds: its plan is all that it waits for.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TypeVar

from maestro_lstm.runs import Run
from maestro_lstm.settings import Settings
from maestro_lstm.symbols import SYMBOLS, Ids
from maestro_lstm.trials import succeeded, train_all
from stages import paths

C = TypeVar("C")


def runs_of(candidate: C, candidates: Mapping[C, Sequence[Settings]], ids: Ids) -> list[Run]:
    """A candidate's runs, a seed each, trained on the ids. Raises UserError where one of them failed."""
    trained = train_all(paths.RUNS, ids, len(SYMBOLS), chain.from_iterable(candidates.values()))
    return [succeeded(trained[settings]) for settings in candidates[candidate]]
