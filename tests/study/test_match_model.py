"""What a piece says again, and a network that is told of it."""

from typing import Any

import numpy as np
import pytest

from maestro_lstm.evaluation.likelihood import Doubles, Guesses
from maestro_lstm.evaluation.match_model import LONGEST, SHORTEST, Predictions, predict, recall, shares_of, with_matches
from maestro_lstm.tokens.vocabulary import END_ID, SYMBOLS, Ids


def piece(*parts: Ids | list[int]) -> Ids:
    return np.concatenate([*parts, [END_ID]]).astype(np.uint8)


THEME = np.arange(1, 41, dtype=np.uint8)


def recalled_by_hand(ids: Ids, place: int) -> tuple[int, int]:
    """Of one piece: the symbol after the latest same passage, and the passage's length; the long way round."""
    passage = ids[place - SHORTEST : place]
    ends = [end for end in range(SHORTEST, place) if np.array_equal(ids[end - SHORTEST : end], passage)]
    if not ends:
        return 0, 0
    end = ends[-1]
    length = SHORTEST
    while length < min(end, LONGEST) and ids[end - length - 1] == ids[place - length - 1]:
        length += 1
    return int(ids[end]), length


def test_a_theme_that_returns_is_recalled_to_its_end() -> None:
    ids = piece(THEME, [50, 51], THEME)
    places, lengths = recall(ids)
    symbols, again = ids[places], 42 + SHORTEST
    assert not lengths[:again].any()
    assert symbols[again:82].tolist() == THEME[SHORTEST:].tolist()
    assert lengths[again:82].tolist() == [min(k, LONGEST) for k in range(SHORTEST, 40)]
    assert (symbols[82], lengths[82]) == (50, LONGEST)  # and there it errs: the piece ends


def test_another_piece_is_not_remembered() -> None:
    assert not recall(np.concatenate((piece(THEME), piece(THEME))))[1].any()


def test_what_is_recalled_follows_the_latest_same_passage() -> None:
    ids = np.random.default_rng(0).integers(2, 4, size=400).astype(np.uint8)
    places, lengths = recall(ids)
    symbols = ids[places]
    goes_on = np.append(False, (lengths > 0) & (symbols == ids))[:-1]  # then the passage before is followed
    began = np.flatnonzero((lengths > 0) & ~goes_on)
    assert len(began) > 20
    for place in began.tolist():
        assert (symbols[place], lengths[place]) == recalled_by_hand(ids, place)


@pytest.fixture
def scores() -> Doubles:
    """What a network says of each symbol of the piece below, (N, V), log-likelihoods."""
    return np.log(np.random.default_rng(1).dirichlet(np.ones(len(SYMBOLS)), size=820))


@pytest.fixture
def predictions(scores: Doubles) -> Predictions:
    """A piece of a returning theme with errors."""
    random = np.random.default_rng(2)
    ids = piece(*(np.where(random.random(40) < 0.1, 60, THEME) for _ in range(20)), THEME[:20])
    return predict(Said(scores), ids)


class Said:
    """A predictor whose scores are given."""

    batch, early = 1, 0

    def __init__(self, scores: Doubles) -> None:
        self.of_all = scores

    def scores(self, ids: Ids, state: Any = None) -> tuple[Any, Any]:
        begin = state or 0
        return self.of_all[begin : begin + len(ids), None], begin + len(ids)


def guesses_of(scores: Doubles, targets: Ids) -> Guesses:
    of_targets = np.take_along_axis(scores, targets[:, None].astype(np.int64), axis=1)[:, 0]
    return Guesses(scores.argmax(axis=1).astype(np.uint8), scores.max(axis=1), of_targets)


def test_the_mixture_is_that_of_whole_distributions(predictions: Predictions, scores: Doubles) -> None:
    shares = np.where(np.arange(LONGEST + 1) < SHORTEST, 0, np.linspace(0, 0.9, LONGEST + 1))
    mixed = with_matches(predictions, shares)
    whole = np.exp(scores) * (1 - shares[predictions.lengths])[:, None]
    whole[np.arange(len(whole)), predictions.recalled] += shares[predictions.lengths]
    assert whole.sum(axis=1) == pytest.approx(1)
    by_hand = guesses_of(np.log(whole), predictions.targets)
    np.testing.assert_array_equal(mixed.best, by_hand.best)
    np.testing.assert_allclose(mixed.sure, by_hand.sure)
    np.testing.assert_allclose(mixed.likelihood, by_hand.likelihood)


def test_the_shares_are_the_likeliest(predictions: Predictions) -> None:
    best = shares_of(predictions)
    assert (best[:SHORTEST] == 0).all()

    def nats(shares: Doubles) -> float:
        return float(-with_matches(predictions, shares).likelihood.sum())

    least = nats(best)
    assert least < float(-predictions.said.likelihood.sum())
    for length in np.unique(predictions.lengths[predictions.lengths > 0]):
        for other in (-0.02, 0.02):
            shares = best.copy()
            shares[length] = np.clip(shares[length] + other, 0, 0.999)
            assert nats(shares) >= least


def test_without_a_share_nothing_changes(predictions: Predictions) -> None:
    mixed = with_matches(predictions, np.zeros(LONGEST + 1))
    np.testing.assert_array_equal(mixed.best, predictions.said.best)
    np.testing.assert_array_equal(mixed.likelihood, predictions.said.likelihood)
