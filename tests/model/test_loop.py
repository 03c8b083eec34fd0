"""The training loop: draws, learning rates, what an update does, and which weights are kept."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from maestro_lstm.model.device import use_cores
from maestro_lstm.model.network import Network, Weights, initial_weights
from maestro_lstm.model.predictors import predictor
from maestro_lstm.plumbing.arrays import Arrays
from maestro_lstm.plumbing.choices import Draws, EngineName, OptimizerName
from maestro_lstm.plumbing.errors import BadSetting, UserError
from maestro_lstm.tokens.vocabulary import END_ID, Ids
from maestro_lstm.training.loop import Training, smooth
from maestro_lstm.training.schedules import Cosine, Schedule, lengths
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import SymbolTask
from maestro_lstm.training.windows import (
    Transposed,
    check_seq_len,
    draw_starts,
    starts_in_order,
    updates_per_epoch,
)

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=400).astype(np.uint8)
SETTINGS = Settings(
    hidden=8,
    output="logits",
    optimizer="adam",
    schedule=Schedule(0.001, 0.01, 7),
    seq_len=10,
    epochs=1,
    seed=5,
    log_every=6,
)


def trained(settings: Settings, ids: Ids = IDS, n_symbols: int = 12) -> Training:
    training = Training(SymbolTask(ids, n_symbols), settings)
    for _ in training:
        pass
    return training


def test_cyclical_rates_are_pytorchs() -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    theirs = torch.optim.lr_scheduler.CyclicLR(optimizer, 1e-4, 1e-2, step_size_up=20, cycle_momentum=False)
    expected = []
    for _ in range(150):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    np.testing.assert_allclose(Schedule(1e-4, 1e-2, 20).rates(150), expected, rtol=1e-9)


def test_a_constant_schedule_is_constant() -> None:
    assert set(Schedule.constant(0.25).rates(50).tolist()) == {0.25}


def test_draws_reach_every_place_where_a_window_fits_and_no_other() -> None:
    starts = draw_starts(n_symbols=30, seq_len=10, n_updates=5000, seed=0)
    assert sorted(set(starts.ravel().tolist())) == list(range(20))  # 20 + 10 symbols in, and the target of the last


def test_an_epoch_is_symbols_over_t_updates() -> None:
    assert updates_per_epoch(9_924_291, 25) == 396_971
    assert trained(SETTINGS).n_updates == 40


def test_a_pass_in_order_goes_on_where_it_ended_and_from_the_first_symbol_again() -> None:
    five = np.full(5, 100)
    assert starts_in_order(400, five)[:, 0].tolist() == [
        0,
        100,
        200,
        0,
        100,
    ]  # of the fourth the last target is missing
    assert starts_in_order(401, five)[:, 0].tolist() == [0, 100, 200, 300, 0]
    assert trained(replace(SETTINGS, draws="in_order")).starts[:3, 0].tolist() == [0, 10, 20]


def test_side_by_side_each_goes_through_a_part_of_its_own() -> None:
    starts = starts_in_order(401, np.array([60, 50, 70, 30, 60]), batch=2)  # parts of 200 symbols
    assert starts[:, 0].tolist() == [0, 60, 110, 0, 30]
    assert (starts[:, 1] == starts[:, 0] + 200).all()


@pytest.mark.parametrize("engine", ["scratch", "torch", "compiled"])
def test_the_first_steps_loss_alone_is_the_gradient_of_the_whole_sequence_with_the_rest_left_out(
    engine: EngineName,
) -> None:
    settings = replace(SETTINGS, engine=engine, loss="first", optimizer="sgd", schedule=Schedule.constant(0.1))
    network = Network(12, 8, "scratch")
    network.load_weights(initial_weights(12, 8, settings.seed))
    plain = torch.optim.SGD(network.parameters(), lr=0.1)
    for start in draw_starts(400, 10, 40, settings.seed)[:, 0].tolist():
        window = torch.from_numpy(IDS[start : start + 11].astype(np.int64))
        losses = F.cross_entropy(network(window[:-1, None])[0][:, 0], window[1:], reduction="none")  # (T,)
        plain.zero_grad()
        torch.autograd.backward(losses[0])
        plain.step()
    for name, value in trained(settings).engine.weights().items():
        torch.testing.assert_close(value, network.weights()[name], rtol=1e-4, atol=1e-6)


def trained_plainly(network: Network, optimizer: Any, **settings: Any) -> list[float]:
    """Train by a torch optimizer with the schedule and the draws of SETTINGS; the losses, nats a symbol."""
    network.load_weights(initial_weights(12, 8, SETTINGS.seed))
    plain = optimizer(network.parameters(), lr=0.001, **settings)
    schedule = torch.optim.lr_scheduler.CyclicLR(plain, 0.001, 0.01, step_size_up=7, cycle_momentum=False)
    losses = []
    for start in draw_starts(400, 10, 40, SETTINGS.seed)[:, 0].tolist():
        window = torch.from_numpy(IDS[start : start + 11].astype(np.int64))
        loss = F.cross_entropy(network(window[:-1, None])[0][:, 0], window[1:], reduction="sum")
        plain.zero_grad()
        torch.autograd.backward(loss)
        plain.step()
        schedule.step()
        losses.append(loss.item() / 10)
    return losses


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize("engine", ["scratch", "torch", "compiled"])
def test_an_update_is_the_one_written_out_plainly(engine: EngineName, optimizer: OptimizerName) -> None:
    settings = replace(SETTINGS, engine=engine, optimizer=optimizer)
    training = trained(settings)

    network = Network(12, 8, "scratch")
    kinds = {"sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad, "adam": torch.optim.Adam}
    losses = trained_plainly(network, kinds[optimizer])
    expected = [np.mean(losses[k : k + 6]) for k in range(0, 40, 6)]
    np.testing.assert_allclose([point.loss for point in training.progress.curve], expected, rtol=1e-5)
    assert [point.update for point in training.progress.curve] == [6, 12, 18, 24, 30, 36, 40]
    for name, value in training.engine.weights().items():
        torch.testing.assert_close(value, network.weights()[name], rtol=1e-4, atol=1e-6)


def test_a_weight_decay_is_adamws_or_is_refused() -> None:
    settings = replace(SETTINGS, engine="torch", weight_decay=0.5)
    assert not settings.fits_compiled
    network = Network(12, 8, "scratch")
    trained_plainly(network, torch.optim.AdamW, weight_decay=0.5)
    training = trained(replace(settings, optimizer="adam"))
    for name, value in training.engine.weights().items():
        torch.testing.assert_close(value, network.weights()[name], rtol=1e-4, atol=1e-6)
    for optimizer in ("sgd", "adagrad"):
        with pytest.raises(BadSetting, match=f"weight_decay: {optimizer} has none"):
            trained(replace(settings, optimizer=optimizer))


def test_every_optimizer_that_can_be_named_trains() -> None:
    for optimizer in get_args(OptimizerName):
        training = trained(replace(SETTINGS, engine="torch", optimizer=optimizer))
        assert np.isfinite(training.progress.curve[-1].loss)


@pytest.mark.parametrize("draws", ["random", "streams"])
def test_an_update_on_several_sequences_is_the_one_written_out_plainly(draws: Draws) -> None:
    """Two layers, three sequences an update, lengths that grow; the state carried where one goes on."""
    settings = replace(
        SETTINGS, engine="torch", draws=draws, layers=2, batch=3, lengths="growing", shortest=4, seq_len=20, symbols=900
    )
    training = Training(SymbolTask(IDS, 12), settings)
    lengths, starts = training.lengths.tolist(), training.starts.tolist()
    assert lengths[0] == 4
    assert lengths[-1] == 20
    assert abs(3 * sum(lengths) - 900) < 60

    network = Network(12, 8, "scratch", layers=2)
    network.load_weights(initial_weights(12, 8, settings.seed, layers=2))
    plain = torch.optim.Adam(network.parameters())
    losses, state, carried, before = [], None, 0, [-1]
    for length, places, rate in zip(lengths, starts, training.rates.tolist(), strict=True):
        windows = torch.stack([torch.from_numpy(IDS[s : s + length + 1].astype(np.int64)) for s in places], dim=1)
        goes_on = draws == "streams" and places == before
        carried += goes_on
        scores, state = network(windows[:-1], state if goes_on else None)
        state, before = tuple(part.detach() for part in state), [start + length for start in places]
        loss = F.cross_entropy(scores.flatten(0, 1), windows[1:].flatten(), reduction="sum") / 3
        plain.param_groups[0]["lr"] = rate
        plain.zero_grad()
        torch.autograd.backward(loss)
        plain.step()
        losses.append(loss.item() / length)
    assert carried == {"random": 0, "streams": len(lengths) - 3}[draws]  # three passes of 133 symbols a part

    list(training)
    expected = [np.mean(losses[k : k + 6]) for k in range(0, len(losses), 6)]
    np.testing.assert_allclose([point.loss for point in training.progress.curve], expected, rtol=1e-5)
    for name, value in training.engine.weights().items():
        torch.testing.assert_close(value, network.weights()[name], rtol=1e-4, atol=1e-6)


def test_what_an_engine_cannot_train_is_given_to_torch() -> None:
    others: list[dict[str, Any]] = [
        {"layers": 2},
        {"batch": 2},
        {"draws": "streams"},
        {"lengths": "growing", "shortest": 5},
    ]
    for other in others:
        settings = replace(SETTINGS, engine="compiled", **other)
        with pytest.raises(ValueError, match="trains one layer"):
            Training(SymbolTask(IDS, 12), settings)
        assert placed(settings, "compiled", "cpu") == replace(settings, engine="torch")
        assert placed(replace(SETTINGS, **other), "scratch", "cpu").engine == "scratch"
    assert placed(SETTINGS, "compiled", "cpu") == SETTINGS


def test_transposed_a_training_goes_through_all_its_epochs_once() -> None:
    streams = replace(SETTINGS, engine="torch", draws="streams", batch=4, epochs=3, transpose=5)
    ids = np.concatenate([IDS[:-1], [END_ID]]).astype(np.uint8)
    training = Training(SymbolTask(ids, 90), streams)
    source = Transposed(ids, 3, 5, streams.seed)
    music = source.span(0, len(source))
    assert training.n_updates == 3 * len(ids) // (4 * 10)
    own = training.engine.objective.source  # type: ignore[attr-defined]
    assert own.span(0, len(own)).tolist() == music.tolist()
    places = np.array([0, 7, len(music) - 250])
    expected = np.stack([music[place : place + 250] for place in places.tolist()], axis=1)  # of several pieces
    assert source.windows(places, 250).tolist() == expected.tolist()
    part = (len(music) - 1) // 4
    assert training.starts[:2].tolist() == [[k * part + begin for k in range(4)] for begin in (0, 10)]


def test_a_training_takes_as_many_threads_as_it_says_and_is_the_same_twice() -> None:
    large = replace(
        SETTINGS, engine="torch", optimizer="muon", hidden=128, batch=32, seq_len=20, log_every=2, threads=2
    )
    ids = np.tile(IDS, 5)
    try:
        one, two = trained(large, ids), trained(large, ids)
        assert torch.get_num_threads() == 2
    finally:
        use_cores(1)
    assert one.n_updates == 3
    assert all(torch.equal(one.engine.weights()[name], value) for name, value in two.engine.weights().items())


def test_a_cosine_goes_up_in_a_line_and_down_as_pytorchs() -> None:
    rates = Cosine(0.5, 0.1).rates(100)
    np.testing.assert_allclose(rates[:10], 0.05 * np.arange(1, 11))
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    theirs = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=91)
    for rate in rates[9:]:
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        theirs.step()
    assert rates[-1] > 0
    assert Cosine(0.5, 0.0).rates(3)[0] < 0.5
    assert Cosine(0.5, 0.0).rates(1).tolist() == [0.25]


def test_lengths_grow_or_go_up_and_down_and_come_to_the_same_symbols() -> None:
    growing, cyclical = lengths("growing", 10, 30, 10_000, 0), lengths("cyclical", 10, 30, 10_000, 8)
    assert (np.diff(growing) >= 0).all()
    assert (growing[0], growing[-1]) == (10, 30)
    assert cyclical[:17].tolist() == [10, 12, 15, 18, 20, 22, 25, 28, 30, 28, 25, 22, 20, 18, 15, 12, 10]
    for found in (growing, cyclical, lengths("constant", 0, 30, 10_000, 0)):
        assert abs(found.sum() - 10_000) < 30
    assert lengths("constant", 0, 30, 10_000, 0).sum() <= 10_000


def test_the_same_seed_trains_the_same_weights_and_another_does_not() -> None:
    one, same, other = (trained(replace(SETTINGS, seed=seed)).engine.weights() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["output.bias"], other["output.bias"])


class Scripted:
    """An engine that reports the losses it is told to, and counts its updates in its weights."""

    def __init__(self, losses: list[float]) -> None:
        self.losses, self.done = np.array(losses), 0
        self.tensor = torch.zeros(1)

    def take_updates(self, starts: np.ndarray, rates: np.ndarray, lengths: np.ndarray) -> np.ndarray:  # noqa: ARG002
        some = self.losses[self.done : self.done + len(starts)]
        self.done += len(starts)
        self.tensor.fill_(self.done)  # in place: whoever kept the tensor and not a copy sees it change
        return some

    def weights(self) -> Weights:
        return {"w": self.tensor.clone()}

    def state(self) -> Arrays:
        return {"done": np.array(self.done)}

    def restore(self, state: Arrays) -> None:
        self.done = int(state["done"])


def test_the_weights_kept_are_those_of_the_lowest_smoothed_loss() -> None:
    training = Training(
        SymbolTask(IDS, 12), replace(SETTINGS, log_every=1, smoothing=0.5), Scripted([5, 1, 1, 1, *[9] * 36])
    )
    assert len(list(training)) == 40
    best = training.progress.best
    assert best is not None
    assert (best.update, best.weights["w"].item()) == (4, 4)
    assert best.smoothed == pytest.approx(1.5)


def test_smoothing_is_an_exponential_mean_that_starts_at_the_first_loss() -> None:
    assert smooth(np.array([4.0, 2.0]), None, 0.5) == 3.0
    assert smooth(np.array([1.0]), 3.0, 0.9) == pytest.approx(2.8)


def test_a_run_is_given_up_where_its_loss_is_not_finite() -> None:
    losses = [1.0, float("nan"), *[1.0] * 38]
    training = Training(SymbolTask(IDS, 12), replace(SETTINGS, log_every=10), Scripted(losses))
    assert list(training) == [10]
    assert training.progress.problem == ("the loss is no longer finite after 10 updates: choose a lower learning_rate")


@pytest.mark.parametrize("engine", ["scratch", "torch", "compiled"])
def test_every_engine_shows_when_it_diverges(engine: EngineName) -> None:
    steep = replace(SETTINGS, engine=engine, optimizer="sgd", schedule=Schedule.constant(1e38))
    assert "no longer finite" in trained(steep).progress.problem


def test_one_bar_is_learned_by_heart() -> None:
    bar = np.tile(np.array([1, 5, 9, 1, 7, 3, 1, 2], dtype=np.uint8), 50)
    settings = replace(SETTINGS, hidden=32, schedule=Schedule.constant(0.01), seq_len=16, epochs=12, log_every=50)
    assert (
        trained(settings, bar).progress.curve[-1].loss < 0.4
    )  # the state starts at zero: which 1 it was is not yet known


def test_one_bar_that_always_begins_at_its_beginning_is_learned_to_no_loss() -> None:
    bar = np.tile(np.array([1, 5, 9, 1, 7, 3, 1, 2], dtype=np.uint8), 50)
    settings = replace(SETTINGS, hidden=32, schedule=Schedule.constant(0.01), seq_len=8, epochs=40, draws="in_order")
    assert trained(settings, bar).progress.curve[-1].loss < 1e-3


def test_what_was_said_ten_steps_ago_is_said_again() -> None:
    """One of eight symbols, silence, a question: only the memory of the cell can answer."""
    silence, question, delay = 8, 9, 10
    said = np.random.default_rng(1).integers(0, 8, size=600).astype(np.uint8)
    blocks = np.full((600, delay + 3), silence, dtype=np.uint8)
    blocks[:, 0], blocks[:, -2], blocks[:, -1] = said, question, said
    settings = replace(
        SETTINGS,
        hidden=32,
        schedule=Cosine(0.01, 0.05),  # at a constant rate one seed in eight confuses two of the symbols at its end
        seq_len=delay + 3,
        epochs=60,
        draws="in_order",
        engine="compiled",
        log_every=1000,
    )
    weights = trained(settings, np.append(blocks[:500], 0).astype(np.uint8)).engine.weights()
    network = predictor(weights)
    answers = [
        int(network.scores(block[:-1, None])[0][-1].argmax()) for block in blocks[500:]
    ]  # not those it learned from
    assert answers == said[500:].tolist()


def test_a_sequence_longer_than_the_data_is_refused() -> None:
    check_seq_len(399, 400, "train")
    with pytest.raises(UserError, match="seq_len: 400 is longer than the train split, 400 symbols; take at most 399"):
        Training(SymbolTask(IDS, 12), replace(SETTINGS, seq_len=400))
    streams = replace(SETTINGS, engine="torch", batch=4, draws="streams")
    with pytest.raises(UserError, match=r"seq_len: 100 is longer than the train split in 4 parts, .* take at most 99"):
        Training(SymbolTask(IDS, 12), replace(streams, seq_len=100))
    assert Training(SymbolTask(IDS, 12), replace(streams, seq_len=100, draws="random")).n_updates == 1


def test_fewer_symbols_than_an_update_takes_are_refused() -> None:
    with pytest.raises(UserError, match="symbols: 39 are fewer than one update's, 4 × 10"):
        Training(SymbolTask(IDS, 12), replace(SETTINGS, engine="torch", batch=4, symbols=39))
