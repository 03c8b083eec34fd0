"""What a GPU computes, beside the CPU. Nothing here runs, and nothing is pretended, where there is none."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from maestro_lstm.evaluation.likelihood import evaluate
from maestro_lstm.model.network import copy_of, initial_weights
from maestro_lstm.model.predictors import predictor
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training.diagnostics import measure
from maestro_lstm.training.gpu_check import disagreement, proven, trial_losses
from maestro_lstm.training.loop import Training
from maestro_lstm.training.probes import Probes
from maestro_lstm.training.schedules import Cosine, Schedule
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import SymbolTask
from maestro_lstm.training.windows import Plain

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

IDS: Ids = np.random.default_rng(0).integers(0, 90, size=20_000).astype(np.uint8)
PAPER = Settings(64, "softmax", "adam", Schedule(1e-3, 1e-2, 7), 25, 1, seed=0, log_every=20, engine="torch")
BEST = Settings(
    64,
    "logits",
    "muon",
    Cosine(0.01, 0.1),
    32,
    2,
    seed=0,
    log_every=20,
    engine="torch",
    draws="streams",
    layers=2,
    skips=True,
    batch=8,
    transpose=3,
)
TASK = SymbolTask(IDS, 90)


@pytest.mark.parametrize("run", [PAPER, replace(PAPER, output="logits"), BEST], ids=["paper", "corrected", "best"])
def test_float32_on_a_gpu_is_float32(run: Settings) -> None:
    """To more digits than TF32 has."""
    expected = trial_losses(TASK, placed(run, "torch", "cpu"))
    np.testing.assert_allclose(trial_losses(TASK, placed(run, "torch", "cuda")), expected, rtol=1e-5)
    assert torch.backends.cudnn.rnn.fp32_precision == "ieee"  # type: ignore[attr-defined]


def test_tf32_is_on_where_it_is_asked_for() -> None:
    expected = trial_losses(TASK, placed(BEST, "torch", "cpu"))
    run = placed(replace(BEST, precision="tf32"), "torch", "cuda")
    assert not disagreement(TASK, run, expected)
    assert torch.backends.cudnn.rnn.fp32_precision == "tf32"  # type: ignore[attr-defined]


@pytest.mark.parametrize("engine", ["torch", "scratch"])
def test_every_engine_is_proven_for_the_papers_network(engine: str) -> None:
    assert proven(TASK, PAPER, engine, "cuda") == (engine, "cuda")  # type: ignore[arg-type]


def test_a_probe_reads_weights_where_they_are() -> None:
    training = Training(TASK, placed(BEST, "torch", "cuda"))
    weights = training.engine.weights()
    assert all(value.is_cuda for value in weights.values())
    probes, kept = Probes(Plain(IDS), 90, 32, 0, 1, 1), copy_of(weights)
    there, here = measure(probes, weights, kept, BEST, 0), measure(probes, kept, kept, BEST, 0)
    assert there.distinct == here.distinct
    np.testing.assert_allclose(there.gradient_norm, here.gradient_norm, rtol=1e-4)


def test_evaluation_gives_the_same_figures() -> None:
    weights = initial_weights(90, 64, 0, 2, True)
    there, here = (evaluate(predictor(weights, "torch", one), IDS[:-1], IDS[1:]) for one in ("cuda", "cpu"))
    assert there.nats == pytest.approx(here.nats, rel=1e-6)
    assert there.accuracy == pytest.approx(here.accuracy, abs=0.02)
