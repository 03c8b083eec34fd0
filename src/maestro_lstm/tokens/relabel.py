"""The same music in other symbols: `<NEXT>` under several names, so that the commonest symbol is less common.

What is said stays what it was; only how often its commonest symbol comes changes. It is how the study asks at which
share a training collapses to one symbol.
"""

import math

import numpy as np

from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS, Ids


def names_of_next(kept: float) -> int:
    """How many names `<NEXT>` has beside its own, each rarer than that: 0 where it keeps it."""
    return 0 if kept == 1 else math.ceil(1 / kept)


def relabelled(ids: Ids, kept: float, n_symbols: int = len(SYMBOLS)) -> Ids:
    """A `<NEXT>` keeps its name with a probability, else it takes one of the others at random: ids from V up.

    Args:
        ids: (S,)
        kept: the probability, over 0 to 1; 1: all stays as it is.
        n_symbols: V.

    Returns: (S,), the same each time.
    """
    others = names_of_next(kept)
    if not others:
        return ids
    random = np.random.default_rng(0)
    renamed = np.flatnonzero(ids == NEXT_ID)
    renamed = renamed[random.random(len(renamed)) >= kept]
    found = np.array(ids)
    found[renamed] = random.integers(n_symbols, n_symbols + others, len(renamed))
    return found
