"""The network: equal to torch.nn.LSTM in values and gradients, and the closed forms of both losses."""

import math
from typing import Literal

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from maestro_lstm.model.lstm import LSTM
from maestro_lstm.model.network import Network, copy_of, initial_weights, layers_of, sequence_loss
from maestro_lstm.plumbing.choices import Output

V, H = 90, 64


def two_engines(layers: int = 1, skips: bool = False) -> tuple[Network, Network]:
    weights = initial_weights(V, H, 3, layers, skips)
    scratch, fast = Network(V, H, "scratch", layers, skips), Network(V, H, "torch", layers, skips)
    scratch.load_weights(weights)
    fast.load_weights(weights)
    return scratch, fast


@pytest.mark.parametrize(("batch", "layers", "skips"), [(1, 1, False), (5, 1, False), (4, 3, False), (4, 3, True)])
@pytest.mark.parametrize("output", ["softmax", "logits"])
def test_scratch_and_torch_agree_in_values_and_gradients(output: Output, batch: int, layers: int, skips: bool) -> None:
    torch.manual_seed(0)
    ids = torch.randint(0, V, (41, batch))
    gradients = []
    scores_of = []
    for network in two_engines(layers, skips):
        scores, (h, c) = network(ids[:-1])
        assert scores.shape == (40, batch, V)
        assert h.shape == c.shape == (layers, batch, H)
        torch.autograd.backward(sequence_loss(scores.flatten(0, 1), ids[1:].flatten(), output))
        scores_of.append(scores)
        own = dict(network.named_parameters())
        gradients.append({name: own[ours].grad for name, ours in network.names.items()})
    torch.testing.assert_close(*scores_of, rtol=0, atol=1e-6)
    scratch, fast = gradients
    assert len(scratch) == 4 * layers + 2
    for name, gradient in scratch.items():
        torch.testing.assert_close(gradient, fast[name], rtol=1e-4, atol=2e-6)
        assert gradient.abs().max() > 0  # type: ignore[union-attr]


def test_looking_a_column_up_is_the_product_with_a_one_hot() -> None:
    lstm, reference = LSTM(V, H), nn.LSTM(V, H)
    reference.load_state_dict(
        {
            "weight_ih_l0": lstm.U.weight,
            "bias_ih_l0": lstm.U.bias,
            "weight_hh_l0": lstm.W.weight,
            "bias_hh_l0": lstm.W.bias,
        }
    )
    ids = torch.randint(0, V, (30, 2))
    torch.testing.assert_close(lstm(ids)[0], reference(F.one_hot(ids, V).float())[0], rtol=0, atol=1e-6)


@pytest.mark.parametrize(("layers", "skips"), [(1, False), (2, False), (2, True)])
def test_gradients_are_those_of_finite_differences(layers: int, skips: bool) -> None:
    network = Network(5, 4, "scratch", layers, skips).double()
    ids = torch.tensor([[1], [4], [0], [2]])
    parameters = list(network.parameters())
    assert torch.autograd.gradcheck(lambda *_: network(ids)[0], parameters)


def test_several_layers_are_torchs() -> None:
    _, ours = two_engines(layers=3)
    theirs = nn.LSTM(V, H, 3)
    own = {name.removeprefix("layers."): weight for name, weight in ours.layers.state_dict().items()}
    theirs.load_state_dict({f"{name[7:-1]}{name[0]}": weight for name, weight in own.items()})  # 2.lstm.bias_hh_l0
    ids = torch.randint(0, V, (30, 2))
    hidden, (h, c) = theirs(F.one_hot(ids, V).float())
    scores, state = ours(ids)
    torch.testing.assert_close(scores, ours.output(hidden), rtol=0, atol=1e-6)
    torch.testing.assert_close(torch.stack(state), torch.stack((h, c)), rtol=0, atol=1e-6)


def test_with_skips_every_layer_sees_the_symbols_and_the_output_every_layer() -> None:
    network = Network(V, H, "scratch", 2, skips=True)
    ids = torch.randint(0, V, (30, 2))
    low, high = network.layers
    first, _ = low(ids)
    second, _ = high(torch.cat([F.one_hot(ids, V).float(), first], dim=2))
    torch.testing.assert_close(network(ids)[0], network.output(torch.cat([first, second], dim=2)))


def test_a_network_tells_how_many_layers_its_weights_are() -> None:
    assert [layers_of(initial_weights(5, 4, 0, layers)) for layers in (1, 2, 3)] == [1, 2, 3]


@pytest.mark.parametrize(("layers", "skips"), [(1, False), (2, False), (2, True)])
@pytest.mark.parametrize("engine", ["scratch", "torch"])
def test_state_carried_over_is_one_long_sequence(engine: Literal["scratch", "torch"], layers: int, skips: bool) -> None:
    network = Network(V, H, engine, layers, skips)
    ids = torch.randint(0, V, (50, 3))
    whole, _ = network(ids)
    first, state = network(ids[:20])
    second, _ = network(ids[20:], state)
    torch.testing.assert_close(torch.cat([first, second]), whole, rtol=0, atol=1e-6)


def test_weights_go_from_one_engine_to_the_other_and_back() -> None:
    scratch, fast = two_engines()
    for name, value in scratch.weights().items():
        assert torch.equal(value, fast.weights()[name])


def test_a_copy_of_weights_is_not_touched_by_later_updates() -> None:
    network, _ = two_engines()
    before = copy_of(network.weights())
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    assert not torch.equal(before["output.bias"], network.weights()["output.bias"])


def test_initialisation_is_that_of_linear_layers() -> None:
    weights = initial_weights(V, H, seed=0)
    for name, fan_in in (("lstm.U", V), ("lstm.W", H), ("output", H)):
        for part in ("weight", "bias"):
            largest = weights[f"{name}.{part}"].abs().max().item()
            assert 0.9 / math.sqrt(fan_in) < largest <= 1 / math.sqrt(fan_in)
    assert not torch.equal(weights["lstm.U.bias"], initial_weights(V, H, seed=1)["lstm.U.bias"])


@pytest.mark.parametrize("accuracy", [0.0, 0.4, 1.0])
def test_softmax_twice_on_a_sure_network_is_4_5187_minus_accuracy(accuracy: float) -> None:
    guesses = torch.arange(100) % V
    right = int(100 * accuracy)
    targets = torch.cat([guesses[:right], (guesses[right:] + 1) % V])
    sure = 1e4 * F.one_hot(guesses, V).float()  # the softmax of it is one-hot
    loss = sequence_loss(sure, targets, "softmax").item() / 100
    assert loss == pytest.approx(math.log(math.e + V - 1) - accuracy, abs=1e-5)
    assert loss == pytest.approx(4.5187 - accuracy, abs=1e-4)


def test_softmax_twice_cannot_fall_below_3_5187_and_is_4_4998_when_nothing_is_known() -> None:
    scores = torch.randn(1000, V) * 30
    targets = scores.argmax(dim=1)
    assert sequence_loss(scores, targets, "softmax").item() / 1000 > 3.5187
    nothing = sequence_loss(torch.zeros(1000, V), targets, "softmax").item() / 1000
    assert nothing == pytest.approx(math.log(V), abs=1e-4)
    assert nothing == pytest.approx(4.4998, abs=1e-4)


def test_logits_loss_is_the_cross_entropy_summed() -> None:
    scores, targets = torch.randn(7, V), torch.randint(0, V, (7,))
    by_hand = -sum(torch.log_softmax(scores, 1)[k, t] for k, t in enumerate(targets))
    torch.testing.assert_close(sequence_loss(scores, targets, "logits"), by_hand)


def test_a_saturated_softmax_leaves_no_gradient() -> None:
    scores = (1e3 * F.one_hot(torch.zeros(5, dtype=torch.long), V).float()).requires_grad_()
    torch.autograd.backward(sequence_loss(scores, torch.arange(1, 6), "softmax"))
    assert scores.grad is not None
    assert scores.grad.abs().max() == 0
