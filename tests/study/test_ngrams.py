"""The baselines: n-grams against their recursions written out for one context at a time."""

from collections import Counter
from functools import cache

import numpy as np
import pytest

from maestro_lstm.evaluation.baselines import KneserNey, NGram
from maestro_lstm.evaluation.likelihood import evaluate, guesses
from maestro_lstm.tokens.vocabulary import Ids

V = 7
RANDOM = np.random.default_rng(1)
TRAIN: Ids = RANDOM.choice(V - 1, size=300, p=[0.4, 0.2, 0.2, 0.1, 0.05, 0.05]).astype(
    np.uint8
)  # symbol 6 never occurs
HELD_OUT: Ids = RANDOM.integers(0, V, size=80).astype(np.uint8)


def witten_bell(context: tuple[int, ...], symbol: int, order: int) -> float:
    """By counting in Python."""
    shorter = witten_bell(context[1:], symbol, order) if context else 1 / V
    padded = [0] * len(context) + TRAIN.tolist()
    runs = Counter(tuple(padded[k : k + len(context) + 1]) for k in range(len(TRAIN)))
    after = {run[-1]: count for run, count in runs.items() if run[:-1] == context}
    seen, different = sum(after.values()), len(after)
    return (after.get(symbol, 0) + different * shorter) / (seen + different) if seen else shorter


@cache
def counted(length: int, order: int) -> Counter[tuple[int, ...]]:
    """Of runs of this length: how often the longest came; of others, after how many symbols."""
    padded = [0] * (order - 1) + TRAIN.tolist()
    runs = Counter(tuple(padded[k : k + order]) for k in range(len(TRAIN)))
    for shorter in range(order - 1, length - 1, -1):
        runs = Counter(run[-shorter:] for run in set(runs))
    return runs


def kneser_ney(context: tuple[int, ...], symbol: int, order: int) -> float:
    shorter = kneser_ney(context[1:], symbol, order) if context else 1 / V
    runs = counted(len(context) + 1, order)
    n1, n2, n3, n4 = (sum(count == k for count in runs.values()) for k in range(1, 5))
    discount = {1: 0.5, 2: 0.5, 3: 0.5}
    if n1 and n2 and n3 and n4:
        y = n1 / (n1 + 2 * n2)
        discount = {1: 1 - 2 * y * n2 / n1, 2: 2 - 3 * y * n3 / n2, 3: 3 - 4 * y * n4 / n3}
    after = {run[-1]: count for run, count in runs.items() if run[:-1] == context}
    lost = {one: min(max(discount[min(count, 3)], 0.01), min(count, 3)) for one, count in after.items()}
    if not after:
        return shorter
    return (after.get(symbol, 0) - lost.get(symbol, 0) + sum(lost.values()) * shorter) / sum(after.values())


MODELS = {"witten-bell": (NGram, witten_bell), "kneser-ney": (KneserNey, kneser_ney)}


@pytest.mark.parametrize("order", [1, 2, 4])
@pytest.mark.parametrize("name", MODELS)
def test_likelihood_and_accuracy_are_those_of_the_recursion(
    name: str, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maestro_lstm.evaluation.likelihood.STRETCH", 33)  # the state goes from one to the next
    kind, plain = MODELS[name]
    padded = [0] * (order - 1) + HELD_OUT.tolist()
    likelihoods, right, confidences = [], [], []
    for k in range(1, len(HELD_OUT)):
        context = tuple(padded[k : k + order - 1])
        table = [plain(context, symbol, order) for symbol in range(V)]
        assert sum(table) == pytest.approx(1)
        likelihoods.append(np.log(table[HELD_OUT[k]]))
        right.append(np.argmax(table) == HELD_OUT[k])
        confidences.append(np.log(max(table)))
    model = kind(TRAIN, order, V)
    np.testing.assert_allclose(guesses(model, HELD_OUT[:-1], HELD_OUT[1:]).sure, confidences)
    scores = evaluate(model, HELD_OUT[:-1], HELD_OUT[1:])
    assert scores.nats == pytest.approx(-np.mean(likelihoods))
    assert scores.accuracy == pytest.approx(100 * np.mean(right))


@pytest.mark.parametrize("kind", [NGram, KneserNey])
def test_distributions_sum_to_one_for_contexts_never_seen_too(kind: type[NGram]) -> None:
    for order in (1, 2, 3):
        table = kind(TRAIN, order, V).probabilities(np.arange(V ** (order - 1)), order - 1)
        np.testing.assert_allclose(table.sum(axis=1), 1)
        assert (table > 0).all()


def test_of_a_cycle_kneser_ney_is_sure() -> None:
    ids: Ids = np.tile(np.arange(4, dtype=np.uint8), 50)
    model = KneserNey(ids, 3, V)
    assert evaluate(model, ids[3:-1], ids[4:]).accuracy > 97
