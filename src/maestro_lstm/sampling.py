"""Weights → symbols: music drawn from the network's own distribution, a symbol at a time (paper §5.2.2)."""

from collections.abc import Sequence

import numpy as np

from maestro_lstm.engines.predictors import Predictor


def sample(network: Predictor, primer: Sequence[int], count: int, seed: int) -> list[int]:
    """Go on from a primer, the state zero before it.

    Args:
        primer: ids given, at least one.
        count: how many ids to draw.
        seed: of the draws; the same seed gives the same music.

    Returns: the ids drawn, without the primer.
    """
    places = np.random.default_rng(seed).random(count)  # where in the distribution each draw falls, 0 ≤ place < 1
    drawn: list[int] = []
    given, state = np.array(primer, dtype=np.uint8)[:, None], None
    for place in places:
        scores, state = network.scores(given, state)  # (S, 1, V)
        last = scores[-1, 0].astype(np.float64)
        up_to = np.exp(last - last.max()).cumsum()  # (V,)
        drawn.append(int(np.searchsorted(up_to, place * up_to[-1], side="right")))
        given = np.array([drawn[-1:]], dtype=np.uint8)
    return drawn
