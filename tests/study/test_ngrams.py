"""The baselines: n-grams against the recursion written out for one context at a time."""

from collections import Counter

import numpy as np
import pytest

from maestro_lstm.evaluation.baselines import NGram
from maestro_lstm.evaluation.likelihood import summarise
from maestro_lstm.tokens.vocabulary import Ids

V = 7
RANDOM = np.random.default_rng(1)
TRAIN: Ids = RANDOM.choice(V - 1, size=300, p=[0.4, 0.2, 0.2, 0.1, 0.05, 0.05]).astype(
    np.uint8
)  # symbol 6 never occurs
HELD_OUT: Ids = RANDOM.integers(0, V, size=80).astype(np.uint8)


def plain(context: tuple[int, ...], symbol: int) -> float:
    """Witten-Bell, by counting in Python."""
    shorter = plain(context[1:], symbol) if context else 1 / V
    padded = [0] * len(context) + TRAIN.tolist()
    runs = Counter(tuple(padded[k : k + len(context) + 1]) for k in range(len(TRAIN)))
    after = {run[-1]: count for run, count in runs.items() if run[:-1] == context}
    seen, different = sum(after.values()), len(after)
    return (after.get(symbol, 0) + different * shorter) / (seen + different) if seen else shorter


@pytest.mark.parametrize("order", [1, 2, 4])
def test_likelihood_and_accuracy_are_those_of_the_recursion(order: int) -> None:
    padded = [0] * (order - 1) + HELD_OUT.tolist()
    likelihoods, right, confidences = [], [], []
    for k in range(1, len(HELD_OUT)):
        context = tuple(padded[k : k + order - 1])
        table = [plain(context, symbol) for symbol in range(V)]
        assert sum(table) == pytest.approx(1)
        likelihoods.append(np.log(table[HELD_OUT[k]]))
        right.append(np.argmax(table) == HELD_OUT[k])
        confidences.append(np.log(max(table)))
    said = NGram(TRAIN, order, V).guesses(HELD_OUT)
    scores = summarise(said, HELD_OUT[1:])
    np.testing.assert_allclose(said.sure, confidences)
    assert scores.nats == pytest.approx(-np.mean(likelihoods))
    assert scores.accuracy == pytest.approx(100 * np.mean(right))


def test_distributions_sum_to_one_for_contexts_never_seen_too() -> None:
    table = NGram(TRAIN, 3, V).probabilities(np.arange(V * V), 2)
    np.testing.assert_allclose(table.sum(axis=1), 1)
    assert (table > 0).all()
