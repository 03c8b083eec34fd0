"""Weights → figures: how well a network says what comes next.

One deterministic pass over a sequence, the state carried from its first symbol to its last. A large network goes
through many parts of it side by side: each begins some symbols early, from a zero state, so that by its own first
symbol the state is nearly what it would have been.
"""

import numpy as np

from maestro_lstm.engines.predictors import Predictor
from maestro_lstm.scores import Scores, summarise
from maestro_lstm.symbols import END_ID, Ids

STRETCH = 8192  # symbols a call: long enough to hide the call, short enough for memory
EARLY = 512  # symbols that a part begins before its own; a piece has some ten thousand


def evaluate(network: Predictor, inputs: Ids, targets: Ids) -> Scores:
    """Run a network over a sequence, its state zero at the start and carried to the end.

    Args:
        inputs: (S,) ids.
        targets: (S,) the ids that came next.
    """
    parts = network.side_by_side  # B
    early = EARLY if parts > 1 else 0
    length = -(-len(inputs) // parts)  # of a part
    # what comes before the first part, and what fills up the last, is of no piece
    padded = np.full(early + parts * length, END_ID, dtype=np.uint8)
    padded[early : early + len(inputs)] = inputs
    given = np.stack([padded[b * length : b * length + early + length] for b in range(parts)], axis=1)  # (E + S', B)
    right = np.full(parts * length, END_ID, dtype=np.uint8)
    right[: len(targets)] = targets
    right = np.concatenate([np.zeros((early, parts), np.uint8), right.reshape(parts, length).T])  # (E + S', B)

    guesses, likelihoods = [], []
    state, stretch = None, STRETCH // parts
    for at in range(0, len(given), stretch):
        span = slice(at, at + stretch)
        scores, state = network.scores(given[span], state)  # (S'', B, V)
        highest = scores.max(axis=-1, keepdims=True)
        # the sum is at least 1, so that a saturated softmax still counts in float32
        log_sum = np.log(np.exp(scores - highest).sum(axis=-1, dtype=np.float64))
        guesses.append(scores.argmax(axis=-1).astype(np.uint8))
        likelihoods.append((np.take_along_axis(scores, right[span, :, None], axis=-1) - highest)[..., 0] - log_sum)
    guess, likelihood = (np.concatenate(part)[early:].T.ravel()[: len(inputs)] for part in (guesses, likelihoods))
    return summarise(guess, likelihood, targets)
