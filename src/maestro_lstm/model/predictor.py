"""The interface of a trained network to those who only predict: ids in, scores out, the state handed on."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.tokens.vocabulary import Ids

Floats = npt.NDArray[np.floating]


def early_for(look: LookSize | None) -> int:
    """Symbols after which a network's state no longer tells where it began."""
    return 512 + (look.memory if look else 0)


class Predictor(Protocol):
    batch: int  # B, how many sequences to run at a time where there is much to run
    early: int  # symbols that a part of a long sequence has to start early, for its state to be as if it had not

    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        """A score for every possible next symbol after each id, before any softmax.

        Args:
            ids: (S, B), at least one each.
            state: returned by the previous call, to continue from; zero if not given.

        Returns: scores (S, B, V), and the state after the last ids.

        Raises: ValueError for more sequences than it can run at a time.
        """
