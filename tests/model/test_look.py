"""A look back: equal to its formula, causal, and the same wherever a sequence is cut."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from maestro_lstm.model.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from maestro_lstm.model.look import NEARER, Look, size_in
from maestro_lstm.model.network import Network, initial_weights
from maestro_lstm.model.note_rows import batch_of, carried
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictors import predictor
from maestro_lstm.model.stepper import Stepper, stepping
from maestro_lstm.plumbing.choices import EngineName, LookSize, Precision
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import export
from maestro_lstm.tokens.note_tokens import to_rows
from maestro_lstm.tokens.quantize import quantize
from maestro_lstm.tokens.vocabulary import SYMBOLS
from maestro_lstm.training.loop import Training
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from tests.performances import made

H, X, T, B = 5, 3, 9, 2
ENGINES: tuple[EngineName, ...] = ("torch", "compiled")  # compiled code does not look: torch does
SIZE = LookSize(heads=2, width=4, memory=6)


def look_of(size: LookSize = SIZE) -> Look:
    torch.manual_seed(0)
    return Look(size, H, X).double()


def given(rows: int = T) -> tuple[Tensor, Tensor]:
    torch.manual_seed(1)
    return torch.randn(rows, B, X, dtype=torch.float64), torch.randn(rows, B, H, dtype=torch.float64)


def by_formula(look: Look, x: Tensor, h: Tensor) -> Tensor:
    """The formula of look.py, row by row, place by place; (T, B, X), (T, B, H) → (T, B, H)."""
    size = look.dims
    Q, K, V, G = look.QKVG.weight.chunk(4)
    shown = []
    for t in range(len(h)):
        for b in range(h.shape[1]):
            for n in range(size.heads):
                part = slice(n * size.width, (n + 1) * size.width)
                scores, values = [torch.zeros((), dtype=h.dtype)], [torch.zeros(size.width, dtype=h.dtype)]
                for s in range(1, t + 1):
                    if t - s < size.memory:
                        fit = (Q @ h[t, b])[part] @ (K @ h[s - 1, b])[part] / math.sqrt(size.width)
                        scores.append(fit - NEARER * n * math.log(1 + t - s))
                        values.append((V @ h[s, b] + look.X.weight @ x[s, b])[part])
                p = torch.stack(scores).softmax(dim=0)
                found = sum(one * value for one, value in zip(p, values, strict=True))
                shown.append(torch.sigmoid(G @ h[t, b])[part] * found)
    return h + torch.stack(shown).reshape(len(h), h.shape[1], size.whole) @ look.O.weight.T


@pytest.mark.parametrize("memory", [1, 3, 6, 20])
def test_values_and_gradients_are_those_of_the_formula(memory: int) -> None:
    look = look_of(LookSize(2, 4, memory))
    x, h = given()
    weights = [h.requires_grad_(), x.requires_grad_(), *look.parameters()]
    ours, theirs = look(x, h)[0], by_formula(look, x, h)
    torch.testing.assert_close(ours, theirs)
    toward = torch.randn_like(ours)
    for one, other in zip(
        torch.autograd.grad(ours, weights, toward), torch.autograd.grad(theirs, weights, toward), strict=True
    ):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("cuts", [[1] * T, [4, 5], [8, 1], [2, 3, 4]])
def test_it_is_the_same_wherever_a_sequence_is_cut(cuts: list[int]) -> None:
    look, memory, parts = look_of(), None, []
    x, h = given()
    whole, end = look(x, h)
    for own, inputs in zip(torch.split(h, cuts), torch.split(x, cuts), strict=True):
        shown, memory = look(inputs, own, memory)
        parts.append(shown)
    torch.testing.assert_close(torch.cat(parts), whole)
    assert memory is not None
    for one, other, empty in zip(memory, end, look.start(B), strict=True):
        torch.testing.assert_close(one, other)
        assert one.shape == empty.shape


def test_nothing_of_the_future_is_seen() -> None:
    look = look_of()
    x, h = given()
    before = look(x, h)[0]
    for t in range(1, T):
        other = x.clone(), h.clone()
        for each in other:
            each[t:] += torch.randn_like(each[t:])
        after = look(*other)[0]
        torch.testing.assert_close(after[:t], before[:t], rtol=0, atol=0)
        assert (after[t:] != before[t:]).any()


def test_a_memory_that_is_cleared_is_an_empty_one() -> None:
    look = look_of()
    x, h = given()
    _, memory = look(x, h)
    zero = torch.zeros(2, B, H, dtype=torch.float64)
    fresh = carried((zero, zero, *memory), torch.tensor([True, False]))
    assert fresh is not None
    shown, _ = look(x, h, fresh[2:])
    torch.testing.assert_close(shown[:, 0], look(x, h)[0][:, 0])
    torch.testing.assert_close(shown[:, 1], look(x, h, memory)[0][:, 1])
    assert (shown[:, 1] != look(x, h)[0][:, 1]).any()


def test_at_the_beginning_there_is_nothing_to_see() -> None:
    look = look_of()
    x, h = given(1)
    torch.testing.assert_close(look(x, h)[0], h)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_network_that_looks_back_goes_on_where_it_was(layers: int) -> None:
    deep = layers, layers > 1
    network = Network(7, 6, "torch", *deep, SIZE)
    network.load_weights(initial_weights(7, 6, 3, *deep, SIZE))
    ids = torch.randint(0, 7, (12, 3))
    whole, end = network(ids)
    first, state = network(ids[:5])
    second, state = network(ids[5:], state)
    torch.testing.assert_close(torch.cat((first, second)), whole)
    for one, other in zip(state, end, strict=True):
        torch.testing.assert_close(one, other)
    scratch = Network(7, 6, "scratch", *deep, SIZE)
    scratch.load_weights(network.weights())
    torch.testing.assert_close(scratch(ids)[0], whole)
    blind = Network(7, 6, "torch", *deep)
    blind.load_weights({name: value for name, value in network.weights().items() if not name.startswith("look")})
    torch.testing.assert_close(blind(ids)[0][0], whole[0])
    assert not torch.allclose(blind(ids)[0][6:], whole[6:])


@pytest.mark.parametrize("layers", [1, 2])
def test_a_step_at_a_time_says_what_the_whole_sequence_does(layers: int) -> None:
    deep = layers, layers > 1
    weights = initial_weights(7, 6, 3, *deep, SIZE)
    network = Network(7, 6, "torch", *deep, SIZE)
    network.load_weights(weights)
    ids = torch.randint(0, 7, (200, 3))
    with torch.no_grad():
        whole = network(ids)[0].numpy()
    stepper, given = Stepper(weights), ids.numpy().astype(np.uint8)
    found, state = stepper.scores(given[:150])  # the memory is full, and its store was copied
    np.testing.assert_allclose(found, whole[:150], rtol=1e-5, atol=1e-6)
    again = [stepper.scores(given[150:], state)[0] for _ in range(2)]  # two that go on from one state
    for one in again:
        np.testing.assert_allclose(one, whole[150:], rtol=1e-5, atol=1e-6)
    for engine in ENGINES:
        np.testing.assert_allclose(predictor(weights, engine).scores(given)[0], whole, rtol=1e-5, atol=1e-6)


def test_a_performer_plays_on_as_it_was_trained() -> None:
    torch.manual_seed(0)
    network = Performer(8, head=8, look=SIZE).eval()
    rows = to_rows(quantize(made(0, 30)))
    batch = batch_of([(rows, 0)] * 2, len(rows) - 1)
    with torch.inference_mode():
        whole, _ = network.run(batch.before)
        steps, state, parts = stepping(network), None, []
        for first, last in ((0, 4), (4, 5), (5, 6), (6, 25), (25, len(rows) - 1)):
            part = type(batch.before)(*(field[first:last] for field in batch.before))
            shown, state = steps.run(part, state)
            parts.append(shown)
    torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-5, atol=1e-6)


RUN = Settings(
    8, "logits", "muon", Cosine(0.02, 0.1), 12, 2, seed=5, log_every=3, engine="torch", layers=2, skips=True, look=SIZE
)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_stopped_anywhere_it_is_trained_as_if_it_had_not_been(precision: Precision) -> None:
    ids = np.random.default_rng(0).integers(0, 12, size=400).astype(np.uint8)
    settings = replace(RUN, draws="streams", batch=4, precision=precision)

    def make() -> Training:
        return Training(SymbolTask(ids, 12), settings)

    whole = make()
    points = list(whole)
    for stop in points[:-1:2]:
        first, second = make(), make()
        for done in first:
            if done == stop:
                break
        second.restore(*first.state())
        for _ in second:
            pass
        assert second.progress.curve == whole.progress.curve
        for name, value in whole.engine.weights().items():
            assert torch.equal(second.engine.weights()[name], value)


def test_a_file_says_how_its_network_looks_back(tmp_path: Path) -> None:
    weights = initial_weights(len(SYMBOLS), 6, 3, 2, True, SIZE)
    settings = {"hidden": 6, "layers": 2, "skips": True, "seq_len": 12}
    save_checkpoint(tmp_path / "own", Checkpoint(weights, settings))
    assert size_in(load_checkpoint(tmp_path / "own").weights) == SIZE
    long = replace(SIZE, memory=4001)  # more than float16 counts by ones
    export(Checkpoint(initial_weights(len(SYMBOLS), 6, 3, 2, True, long), settings), tmp_path / "long", {})
    assert size_in(load_checkpoint(tmp_path / "long").weights) == long
    for name, wrong in {
        "zero": {**weights, "look.size": torch.tensor([2.0, 4.0, 0.0])},
        "huge": {**weights, "look.size": torch.tensor([2.0, 4.0, 1e9])},
        "not a number": {**weights, "look.size": torch.tensor([2.0, math.nan, 6.0])},
        "two": {**weights, "look.size": torch.tensor([2.0, 4.0])},
        "wider": {**weights, "look.size": torch.tensor([64.0, 1024.0, 6.0])},
        "other heads": {**weights, "look.size": torch.tensor([2.0, 5.0, 6.0])},
        "none": {key: value for key, value in weights.items() if key != "look.size"},
        "plain": initial_weights(len(SYMBOLS), 6, 3, 2, True) | {"look.size": weights["look.size"]},
    }.items():
        save_checkpoint(tmp_path / "bad", Checkpoint(wrong, settings))
        with pytest.raises(UserError, match="bad does not hold a network"):
            load_checkpoint(tmp_path / "bad")
        assert name


def test_compiled_code_does_not_look_back() -> None:
    assert not replace(RUN, layers=1, optimizer="adam").fits_compiled
    assert replace(RUN, layers=1, optimizer="adam", look=None, skips=False).fits_compiled
