"""Many runs as one: each comes out as if it had been trained alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.training.jobs import grouped
from maestro_lstm.model.training.loop import Training
from maestro_lstm.model.training.schedules import Schedule
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.tasks import Symbols

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=900).astype(np.uint8)
ONE = Settings(8, "softmax", "adam", Schedule(1e-3, 1e-2, 7), 10, 1, seed=0, log_every=20, engine="batched")
RUNS = [
    ONE,
    replace(ONE, seed=1),
    replace(ONE, optimizer="sgd", schedule=Schedule.constant(0.05)),
    replace(ONE, optimizer="adagrad", output="logits"),
    replace(ONE, output="logits", seed=4),
]


def test_runs_trained_together_are_the_runs_trained_alone() -> None:
    together = Training(Symbols(IDS, 12), RUNS)
    list(together)
    for k, run in enumerate(RUNS):
        alone = Training(Symbols(IDS, 12), [replace(run, engine="torch")])
        list(alone)
        ours, theirs = together.progress[k], alone.progress[0]
        np.testing.assert_allclose([p.loss for p in ours.curve], [p.loss for p in theirs.curve], rtol=1e-5)
        assert [p.learning_rate for p in ours.curve] == [p.learning_rate for p in theirs.curve]
        for name, value in alone.learner.weights(0).items():
            torch.testing.assert_close(together.learner.weights(k)[name], value, rtol=1e-3, atol=2e-5)


def test_one_run_that_diverges_leaves_the_others_alone() -> None:
    steep = replace(ONE, optimizer="sgd", output="logits", schedule=Schedule.constant(1e38))
    training, alone = Training(Symbols(IDS, 12), [steep, ONE]), Training(Symbols(IDS, 12), [ONE])
    list(training), list(alone)
    assert training.progress[0].problem.startswith("the loss is no longer finite after 20 updates")
    np.testing.assert_allclose(training.progress[1].curve[-1].loss, alone.progress[0].curve[-1].loss, rtol=1e-6)


def test_only_runs_of_one_length_are_trained_together() -> None:
    longer, compiled = replace(ONE, seq_len=20), replace(ONE, engine="compiled")
    groups = grouped([*RUNS, longer, compiled, replace(compiled, seed=1)])
    assert sorted(map(len, groups)) == [1, 1, 1, 5]
    with pytest.raises(ValueError, match="cannot be trained together"):
        Training(Symbols(IDS, 12), [ONE, longer])
