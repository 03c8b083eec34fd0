"""Weights → figures: how well a network says what comes next.

One deterministic pass over a sequence, the state carried from its first symbol to its last.
"""

import numpy as np

from maestro_lstm.engines.predictors import Predictor
from maestro_lstm.scores import Scores, summarise
from maestro_lstm.symbols import Ids

STRETCH = 8192  # symbols a call: long enough to hide the call, short enough for memory


def evaluate(network: Predictor, inputs: Ids, targets: Ids) -> Scores:
    """Run a network over a sequence, its state zero at the start and carried to the end.

    Args:
        inputs: (S,) ids.
        targets: (S,) the ids that came next.
    """
    guesses, likelihoods = [], []
    state = None
    for at in range(0, len(inputs), STRETCH):
        scores, state = network.scores(inputs[at : at + STRETCH], state)  # (S', V)
        right = targets[at : at + STRETCH, None]  # (S', 1)
        highest = scores.max(axis=1, keepdims=True)
        # the sum is at least 1, so that a saturated softmax still counts in float32
        log_sum = np.log(np.exp(scores - highest).sum(axis=1, dtype=np.float64))
        guesses.append(scores.argmax(axis=1).astype(np.uint8))
        likelihoods.append((np.take_along_axis(scores, right, axis=1) - highest)[:, 0] - log_sum)
    return summarise(np.concatenate(guesses), np.concatenate(likelihoods), targets)
