"""Weights → figures: how well a network says what comes next.

One deterministic pass over a sequence, the state carried from its first symbol to its last. A network of several layers
goes through many parts of it side by side: all but the first begin some symbols early, from a zero state, so that by a
part's own first symbol the state is what it would have been.
"""

import numpy as np

from maestro_lstm.data.vocabulary.symbols import END_ID, Ids
from maestro_lstm.model.networks.predictor import Predictor
from maestro_lstm.study.scoring.scores import Guesses, Scores, summarise

STRETCH = 8192  # symbols a call: long enough to hide the call, short enough for memory
EARLY = 512  # symbols that a part begins before its own; a piece has some ten thousand


def evaluate(network: Predictor, inputs: Ids, targets: Ids) -> Scores:
    """Run a network over a sequence, its state zero at the start and carried to the end.

    Args:
        inputs: (S,) ids.
        targets: (S,) the ids that came next.
    """
    return summarise(guesses(network, inputs, targets), targets)


def guesses(network: Predictor, inputs: Ids, targets: Ids) -> Guesses:
    """What a network says of each symbol, as `evaluate` runs it."""
    parts = network.batch  # B
    early = EARLY if parts > 1 else 0
    length = max(-(-(len(inputs) - early) // parts), 0)  # of a part's own, L; the first has E more
    given, right = (_in_parts(ids, parts, early, length) for ids in (inputs, targets))  # (E + L, B)
    best, sure, likelihoods = [], [], []
    state, stretch = None, STRETCH // parts
    for at in range(0, len(given), stretch):
        span = slice(at, at + stretch)
        scores, state = network.scores(given[span], state)  # (S', B, V)
        highest = scores.max(axis=-1, keepdims=True)
        # the sum is at least 1, so that a saturated softmax still counts in float32
        log_sum = np.log(np.exp(scores - highest).sum(axis=-1, dtype=np.float64))
        best.append(scores.argmax(axis=-1).astype(np.uint8))
        sure.append(-log_sum)
        likelihoods.append((np.take_along_axis(scores, right[span, :, None], axis=-1) - highest)[..., 0] - log_sum)
    whole = (np.concatenate(each) for each in (best, sure, likelihoods))  # (E + L, B)
    return Guesses(*(np.append(each[:early, 0], each[early:].T)[: len(inputs)] for each in whole))


def _in_parts(ids: Ids, parts: int, early: int, length: int) -> Ids:
    """(S,) → (E + L, B): a part each column, which begins where the one before it has E symbols left."""
    filled = np.full(early + parts * length, END_ID, dtype=np.uint8)
    filled[: len(ids)] = ids
    return np.stack([filled[b * length : b * length + early + length] for b in range(parts)], axis=1)


def spaced_windows(ids: Ids, seq_len: int, every: int) -> tuple[Ids, Ids]:
    """Windows of T symbols, one in every `every` T, strung together: the symbols that validation looks at.

    The state is carried from one window to the next (across pieces too), so that the windows are one sequence.

    Returns: inputs and targets, (⌈(S − T) / (every · T)⌉ · T,) each for S ids.
    """
    starts = np.arange(0, len(ids) - seq_len, every * seq_len)
    at = (starts[:, None] + np.arange(seq_len)).ravel()
    return ids[at], ids[at + 1]
