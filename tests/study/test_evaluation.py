"""Windows and figures."""

import math

import numpy as np
import pytest
import torch

from maestro_lstm.evaluation.likelihood import STRETCH, Guesses, evaluate, guesses, spaced_windows, summarise
from maestro_lstm.model.network import Network
from maestro_lstm.model.predictors import TorchPredictor
from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID


def test_one_window_in_every_four_is_looked_at() -> None:
    ids = np.arange(100, dtype=np.uint8)
    inputs, targets = spaced_windows(ids, seq_len=5, every=4)
    assert inputs.tolist() == [*range(5), *range(20, 25), *range(40, 45), *range(60, 65), *range(80, 85)]
    assert (targets == inputs + 1).all()


def test_every_window_is_the_whole_split_but_for_its_end() -> None:
    ids = np.arange(23, dtype=np.uint8)
    inputs, targets = spaced_windows(ids, seq_len=5, every=1)
    assert inputs.tolist() == list(range(20))
    assert targets[-1] == 20


def test_figures_by_hand() -> None:
    targets = np.array([NEXT_ID, 5, END_ID, 7], dtype=np.uint8)
    best = np.array([NEXT_ID, 5, NEXT_ID, NEXT_ID], dtype=np.uint8)
    scores = summarise(Guesses(best, np.log([0.5, 0.25, 0.5, 0.5]), np.log([0.5, 0.25, 0.5, 0.25])), targets)
    assert (scores.symbols, scores.accuracy, scores.accuracy_pitches) == (4, 50, 50)
    assert (scores.distinct, scores.next_share) == (2, 25)
    assert scores.bits == pytest.approx(1.5)
    assert scores.nats == pytest.approx(1.5 * math.log(2))


def test_the_state_is_carried_across_stretches() -> None:
    torch.manual_seed(0)
    network = Network(90, 16)
    ids = np.random.default_rng(0).integers(0, 90, size=STRETCH + 500).astype(np.uint8)
    scores = evaluate(TorchPredictor(network, "cpu"), ids[:-1], ids[1:])
    with torch.no_grad():
        plain, _ = network(torch.from_numpy(ids[:-1].astype(np.int64))[:, None])
    right = torch.from_numpy(ids[1:].astype(np.int64))
    assert scores.nats == pytest.approx(torch.nn.functional.cross_entropy(plain[:, 0], right).item(), rel=1e-5)
    assert scores.accuracy == pytest.approx(100 * (plain[:, 0].argmax(1) == right).float().mean().item())


@pytest.mark.parametrize("look", [None, LookSize(2, 8, 400)])
def test_many_parts_at_a_time_come_to_what_one_pass_does(look: LookSize | None) -> None:
    torch.manual_seed(0)
    network = Network(90, 16, layers=2, skips=True, look=look)
    with torch.no_grad():
        for weight in network.parameters():  # so that it remembers, and is sure of what it says
            weight.mul_(2)
    ids = np.random.default_rng(0).integers(0, 90, size=5_003).astype(np.uint8)
    one, four = TorchPredictor(network, "cpu"), TorchPredictor(network, "cpu", batch=4)
    whole = guesses(one, ids[:-1], ids[1:])
    with torch.no_grad():
        scores, _ = one.network(torch.from_numpy(ids[:-1].astype(np.int64))[:, None])
    np.testing.assert_allclose(whole.sure, scores[:, 0].log_softmax(1).max(1).values.numpy(), atol=1e-5)
    for some in (5_002, 700, 512, 300, 1):  # shorter than what a part begins early, too
        many = guesses(four, ids[:some], ids[1 : some + 1])
        assert (many.best == whole.best[:some]).all()
        np.testing.assert_allclose(many.likelihood, whole.likelihood[:some], atol=1e-5)
        np.testing.assert_allclose(many.sure, whole.sure[:some], atol=1e-5)
    four.early = 0
    forgetful = guesses(four, ids[:-1], ids[1:])
    assert np.abs(forgetful.likelihood - whole.likelihood).max() > 0.01  # or nothing was remembered


def test_a_network_that_always_says_next_scores_its_share_and_one_symbol() -> None:
    network = Network(90, 4)
    with torch.no_grad():
        network.output.weight.zero_()
        network.output.bias.zero_()
        network.output.bias[NEXT_ID] = 1000.0
    ids = np.array([1, 1, 5, 1, 7, 1, 1, 0, 9, 1], dtype=np.uint8)
    scores = evaluate(TorchPredictor(network, "cpu"), ids[:-1], ids[1:])
    assert scores.accuracy == pytest.approx(scores.next_share)
    assert (scores.distinct, scores.accuracy_pitches) == (1, 0)
    assert scores.nats == pytest.approx(1000 * 4 / 9)  # 1000 nats for each symbol that was not <NEXT>, and no infinity
