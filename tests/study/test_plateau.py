"""Probes of a training, and what is read from them."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from maestro_lstm.model.network import Network, copy_of, initial_weights, sequence_loss
from maestro_lstm.plumbing.choices import LossSteps, Output
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.report.pictures import accuracy_picture, collapse_picture, softmax_twice
from maestro_lstm.report.plateau import (
    PROBED,
    Outcome,
    crossing_as_text,
    ends_as_text,
    optimizers_as_text,
    outcome_rows,
    outcomes,
    read_probes,
)
from maestro_lstm.study.plateau import Cell
from maestro_lstm.tokens.vocabulary import NEXT_ID, Ids
from maestro_lstm.training.diagnostics import GRADIENTS, measure
from maestro_lstm.training.loop import Training
from maestro_lstm.training.probes import Probes
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from maestro_lstm.training.windows import Plain
from tests.markdown import cells_of

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=400).astype(np.uint8)
SETTINGS = Settings(8, "softmax", "adam", Schedule.constant(0.01), 10, 5, seed=5, log_every=6, probes=7)
PAPERS = Cell("softmax", "adam", "constant", "all", "random")
COLUMNS = [*Cell._fields, *PROBED]
HEAD = ",".join(COLUMNS) + "\n"
PROBES = Probes(Plain(IDS), 12, 10, 7, 200, 6)


def test_looks_are_spaced_in_the_logarithm_after_whole_stretches_and_at_the_end() -> None:
    assert PROBES.updates == {6, 12, 24, 36, 66, 114, 200}
    assert Probes(Plain(IDS), 12, 10, 0, 200, 6).updates == set()


def test_a_training_looks_when_it_should_and_is_not_changed_by_it() -> None:
    looked, left_alone = (
        Training(SymbolTask(IDS, 12), SETTINGS),
        Training(SymbolTask(IDS, 12), replace(SETTINGS, probes=0)),
    )
    for training in (looked, left_alone):
        for _ in training:
            pass
    assert {probe.update for probe in looked.progress.probes} == PROBES.updates
    assert not left_alone.progress.probes
    for name, value in looked.engine.weights().items():
        assert torch.equal(value, left_alone.engine.weights()[name])


def test_a_probe_tells_how_far_the_last_update_moved_the_weights() -> None:
    settings = replace(SETTINGS, optimizer="sgd", log_every=1, symbols=30, batch=1)
    training = Training(SymbolTask(IDS, 12), settings)
    weights = [copy_of(training.engine.weights())]
    weights += [copy_of(training.engine.weights()) for _ in training]
    for (before, after), probe in zip(pairwise(weights), training.progress.probes, strict=True):
        moved = sum(float((after[name] - before[name]).square().sum()) for name in before)
        assert probe.step_norm == pytest.approx(math.sqrt(moved), rel=1e-5)


@pytest.mark.parametrize("loss", ["all", "first"])
@pytest.mark.parametrize("output", ["softmax", "logits"])
def test_a_look_tells_what_the_network_says_and_its_gradient_by_autograd(output: Output, loss: LossSteps) -> None:
    settings = replace(SETTINGS, output=output, loss=loss)
    weights = initial_weights(12, 8, seed=1)
    before = {name: weight - 0.5 for name, weight in weights.items()}
    seen = measure(PROBES, weights, before, settings, 6)
    network = Network(12, 8, "torch")
    network.load_weights(weights)
    windows = torch.from_numpy(PROBES.windows)
    scores, (hidden, _) = network(windows[:, :-1].T)  # (T, W, V), (1, W, H)
    right = scores.argmax(dim=2) == windows[:, 1:].T
    assert seen.update == 6
    assert seen.accuracy == pytest.approx(100 * right.double().mean().item())
    assert seen.next_probability == pytest.approx(scores.softmax(dim=2)[:, :, NEXT_ID].mean().item(), rel=1e-5)
    assert seen.distinct == len(scores.argmax(dim=2).unique())
    numbers = sum(weight.numel() for weight in weights.values())
    assert seen.step_norm == pytest.approx(0.5 * math.sqrt(numbers), rel=1e-6)
    assert seen.state_spread == pytest.approx(hidden[0].std(dim=0).mean().item(), rel=1e-5)
    norms = []
    for whole in windows[:: len(windows) // GRADIENTS]:
        window = whole if loss == "all" else whole[:2]
        network.zero_grad()
        torch.autograd.backward(sequence_loss(network(window[:-1, None])[0][:, 0], window[1:], output))
        norms.append(math.sqrt(sum(float(w.grad.square().sum()) for w in network.parameters() if w.grad is not None)))
    assert seen.gradient_norm == pytest.approx(np.mean(norms), rel=1e-4)


def test_a_network_that_only_says_next_is_seen_to_have_collapsed() -> None:
    weights = initial_weights(12, 8, seed=1)
    weights["output.bias"][NEXT_ID] = 200
    weights["lstm.W.bias"][:] = 200  # and does not see its input any more
    seen = measure(PROBES, weights, weights, SETTINGS, 6)
    assert (seen.distinct, seen.next_probability) == (1, 1)
    assert (seen.state_spread, seen.step_norm) == (0, 0)
    assert seen.accuracy == pytest.approx(100 * (PROBES.windows[:, 1:] == NEXT_ID).mean())
    assert seen.gradient_norm < 1e-6


def table(*rows: tuple[int, int, float, int]) -> pd.DataFrame:
    """Looks: seed, update, probability of `<NEXT>`, distinct."""
    cell = ("softmax", "adam", "constant", "all", "random")
    return pd.DataFrame([(*cell, s, u, 42.0, p, d, 30 / u, 0.3, 0.2) for s, u, p, d in rows], columns=COLUMNS)


def test_a_run_stays_free_collapses_or_escapes() -> None:
    stays = [(0, 100, 0.4, 1), (0, 200, 0.42, 7)]
    collapses = [(1, 100, 0.9, 1), (1, 200, 0.99, 1), (1, 300, 1.0, 1)]
    escapes = [(2, 100, 0.995, 1), (2, 200, 0.98, 1), (2, 300, 0.7, 4), (2, 400, 0.6, 5)]
    ended = {"runs": [{"seed": seed, "collapsed": int(seed == 1)} for seed in range(3)]}
    runs = outcomes(table(*stays, *collapses, *escapes), ended)
    assert runs == [
        *(Outcome(0, None, None, 0.15, 0.3, False), Outcome(1, 200, None, 0.1, 0.3, True)),
        Outcome(2, 100, 300, 0.15, 0.3, False),  # the least gradient before it escaped
    ]
    rows = outcome_rows("crossed", {PAPERS: runs})
    assert [row["escaped_at"] for row in rows] == ["", "", 300]
    assert rows[0]["cell"] == "softmax adam constant all random"
    figures = {"accuracy": 43.0, "accuracy_std": 1.0, "nats": 9.0, "distinct": 4.0}
    text = crossing_as_text(
        Cell._fields,
        {
            PAPERS: {
                **figures,
                "runs": [{"collapsed": k} for k in (0, 1, 0)],
            }
        },
        {PAPERS: runs},
    )
    assert cells_of(text)[-1][5:] == ["43.00 ± 1.00 %", "9.000", "4", "1 of 3", "100 … 200", "1: 300"]


def summary(collapsed: list[int], accuracies: list[float]) -> dict[str, Any]:
    runs = [{"collapsed": one, "accuracy": value} for one, value in zip(collapsed, accuracies, strict=True)]
    return {"runs": runs}


def test_how_trainings_end_is_counted_by_output_and_tested() -> None:
    cells = {
        PAPERS: summary([1] * 6 + [0] * 2, [42.0] * 6 + [45, 46]),
        Cell("softmax", "adam", "constant", "all", "in_order"): summary([1] * 8, [42.0] * 8),
        Cell("logits", "adam", "constant", "all", "random"): summary([0] * 8, [46.0, 46.2] * 4),
        Cell("logits", "adam", "constant", "all", "in_order"): summary([0] * 8, [46.0] * 8),
        Cell("softmax", "sgd", "constant", "all", "random"): summary([1] * 2, [42.0] * 2),
    }
    first, second = cells_of(ends_as_text(cells))[1:]
    assert first == ["adam", "all", "14 of 16", "0 of 16", "< 0.001"]
    assert second == ["sgd", "all", "2 of 2", "0 of 0", ""]
    (row,) = cells_of(optimizers_as_text(cells, 42.0))[1:]  # sgd has no runs on logits
    assert row[:5] == ["adam", "42.88 ± 1.64 %", "2 of 8", "46.10 ± 0.11 %", "8 of 8"]
    assert (row[5], row[-1]) == ("+3.23", "yes")


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", HEAD, HEAD + "a,b,c,d,e,0,100,,1,1,1,1,1\n", HEAD + "a,b,c,d,e,0,100,x,1,1,1,1,1\n"]
)
def test_a_damaged_table_of_looks_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "looks.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=r"looks\.csv is damaged"):
        read_probes(path, Cell._fields)


def test_the_drawn_loss_is_the_one_that_is_trained_on() -> None:
    for p in (0.0, 0.3, 1.0):
        probabilities = torch.zeros(1, 90, dtype=torch.float64)
        probabilities[0, 5], probabilities[0, 1] = p, 1 - p
        expected = torch.nn.functional.cross_entropy(probabilities, torch.tensor([5])).item()
        assert softmax_twice(np.array([p]), 90)[0] == pytest.approx(expected)


def test_pictures_are_the_same_bytes_each_time() -> None:
    looks: dict[Output, pd.DataFrame] = {
        "softmax": table((0, 100, 0.9, 1), (0, 200, 1.0, 1)),
        "logits": table((0, 100, 0.4, 3), (0, 200, 0.42, 7)),
    }
    assert accuracy_picture(looks, 42.4) == accuracy_picture(looks, 42.4)
    assert collapse_picture(looks, 90) == collapse_picture(looks, 90)
    assert b"<svg" in accuracy_picture(looks, 42.4)
