"""Sampling: plain it follows the network's distribution, steered a changed one; and one step is the whole network's."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from maestro_lstm.generation.sampling import PLAIN_SYMBOLS, SymbolSampling, draw, draws, sample
from maestro_lstm.model.network import Network, initial_weights
from maestro_lstm.model.predictors import TorchPredictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID, SYMBOLS

V = len(SYMBOLS)
SHARES = np.array([0.05, 0.2, 0.4, 0.1, 0.25])  # of five symbols; the first two are the marks
NOTHING_HELD = np.zeros((1, 5), dtype=np.bool_)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(("layers", "skips"), [(1, False), (2, False), (2, True), (3, True)])
def test_steps_are_torchs_network(layers: int, skips: bool, batch: int) -> None:
    weights = initial_weights(V, 16, seed=1, layers=layers, skips=skips)
    network = Network(V, 16, "torch", layers, skips)
    network.load_weights(weights)
    stepper, reference = Stepper(weights), TorchPredictor(network, "cpu")
    ids = np.random.default_rng(0).integers(0, V, (30, batch)).astype(np.uint8)
    expected, _ = reference.scores(ids)
    first, state = stepper.scores(ids[:20])
    then, _ = stepper.scores(ids[20:], state)  # the state is handed on
    np.testing.assert_allclose(np.concatenate((first, then)), expected, atol=1e-5)


def test_the_state_handed_in_is_not_changed() -> None:
    stepper = Stepper(initial_weights(V, 8, seed=0))
    _, state = stepper.scores(np.array([[5]], dtype=np.uint8))
    once, _ = stepper.scores(np.array([[7]], dtype=np.uint8), state)
    again, _ = stepper.scores(np.array([[7]], dtype=np.uint8), state)
    assert (once == again).all()


def test_the_same_seed_draws_the_same_music_alone_or_beside_others() -> None:
    stepper = Stepper(initial_weights(V, 8, seed=0))
    one, same, other = (sample(stepper, [27], 50, seed) for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == 50
    beside = [ids.tolist() for ids, _ in zip(draws(stepper, [27], [2, 1]), range(50), strict=False)]
    assert [first for first, _ in beside] == other
    assert [second for _, second in beside] == one


def test_a_collapsed_network_draws_only_next() -> None:
    weights = initial_weights(V, 4, seed=0)
    weights["output.bias"][NEXT_ID] = 1e4
    assert set(sample(Stepper(weights), [27], 30, seed=0)) == {NEXT_ID}


def test_symbols_are_drawn_from_the_networks_distribution() -> None:
    weights = initial_weights(3, 4, seed=0)
    weights["output.weight"][:] = 0
    weights["output.bias"][:] = torch.log(torch.tensor([0.2, 0.5, 0.3]))
    drawn = sample(Stepper(weights), [0], 3000, seed=0)
    for symbol, p in enumerate([0.2, 0.5, 0.3]):
        assert abs(drawn.count(symbol) / 3000 - p) < 0.04  # over four standard errors


def shares(sampling: SymbolSampling, held: npt.NDArray[np.bool_] = NOTHING_HELD) -> list[float]:
    """How often each of the five symbols is drawn, over places spread evenly."""
    n = 20_000
    places = (np.arange(n) + 0.5) / n
    scores = np.tile(np.log(SHARES) + 3.0, (n, 1))  # a constant on all scores changes nothing
    drawn = draw(scores, places, sampling, np.repeat(held, n, axis=0))
    return [float((drawn == k).mean()) for k in range(5)]


@pytest.mark.parametrize(
    ("sampling", "weights"),
    [
        (PLAIN_SYMBOLS, SHARES),
        (SymbolSampling(temperature=0.5), SHARES**2),
        (SymbolSampling(temperature=2.0), SHARES**0.5),
        (SymbolSampling(temperature=0.001), [0, 0, 1, 0, 0]),
        (SymbolSampling(top_k=1), [0, 0, 1, 0, 0]),
        (SymbolSampling(top_k=3), [0, 0.2, 0.4, 0, 0.25]),
        (SymbolSampling(top_k=90), SHARES),
        (SymbolSampling(top_p=0.3), [0, 0, 1, 0, 0]),
        (SymbolSampling(top_p=0.41), [0, 0, 0.4, 0, 0.25]),
        (SymbolSampling(top_p=0.66), [0, 0.2, 0.4, 0, 0.25]),
        (SymbolSampling(top_p=0.001), [0, 0, 1, 0, 0]),  # the likeliest is always left
        (SymbolSampling(top_k=2, top_p=0.9), [0, 0, 0.4, 0, 0.25]),
        # the temperature comes first: squared, the likeliest has 0.58 of all
        (SymbolSampling(top_p=0.5, temperature=0.5), [0, 0, 1, 0, 0]),
    ],
)
def test_what_steers_changes_the_distribution_as_its_formula_says(sampling: SymbolSampling, weights: Any) -> None:
    expected = np.asarray(weights, dtype=float)
    assert shares(sampling) == pytest.approx((expected / expected.sum()).tolist(), abs=2e-4)


def test_a_full_chord_takes_no_new_note_and_no_repeats_takes_no_old_one() -> None:
    held = np.array([[False, False, True, False, False]])
    full = np.array([0.05, 0.2, 0.4, 0, 0])  # a held pitch may be named again: it sounds once
    assert shares(SymbolSampling(greatest_chord=1), held) == pytest.approx((full / full.sum()).tolist(), abs=2e-4)
    assert shares(SymbolSampling(greatest_chord=2), held) == pytest.approx(SHARES.tolist(), abs=2e-4)
    fresh = np.array([0.05, 0.2, 0, 0.1, 0.25])
    assert shares(SymbolSampling(no_repeats=True), held) == pytest.approx((fresh / fresh.sum()).tolist(), abs=2e-4)
    marks = np.array([0.05, 0.2, 0, 0, 0])
    both = SymbolSampling(no_repeats=True, greatest_chord=1)
    assert shares(both, held) == pytest.approx((marks / marks.sum()).tolist(), abs=2e-4)


@given(st.integers(1, 4), st.lists(st.sampled_from(range(2, V)), min_size=1, max_size=6), st.integers(0, 2**31))
def test_no_chord_is_larger_than_asked_nor_has_a_pitch_twice(greatest: int, primer: list[int], seed: int) -> None:
    """Whatever an untrained network, which knows nothing of chords, would have written."""
    sampling = SymbolSampling(greatest_chord=greatest, no_repeats=True)
    written = sample(UNTRAINED, primer, 60, seed, sampling)
    chord = list(dict.fromkeys(primer))  # still open: the first chord may be too large by what was given
    given = len(chord)
    for id_ in written:
        if id_ in (END_ID, NEXT_ID):
            chord, given = [], 0
        else:
            assert id_ not in chord
            chord.append(id_)
            assert len(chord) <= max(greatest, given)


UNTRAINED = Stepper(initial_weights(V, 4, seed=3))


def test_neither_end_of_a_distribution_is_left_out_or_left() -> None:
    scores = np.log(SHARES)[None]
    assert draw(scores, np.array([0.0]), PLAIN_SYMBOLS, NOTHING_HELD) == 0
    assert draw(scores, np.array([math.nextafter(1, 0)]), PLAIN_SYMBOLS, NOTHING_HELD) == 4
    assert draw(scores, np.array([math.nextafter(1, 0)]), SymbolSampling(top_k=1), NOTHING_HELD) == 2
    assert draw(scores, np.array([0.0]), SymbolSampling(top_k=1), NOTHING_HELD) == 2
