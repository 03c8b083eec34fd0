"""What the plateau is explained by: Adam's ε, the scale of the loss, the sharpness of the softmax, branches."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from pydantic import ValidationError

from maestro_lstm.model.layout import pack
from maestro_lstm.model.network import sequence_loss
from maestro_lstm.params.sections import OwnTraining
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.tokens.relabel import names_of_next, relabelled
from maestro_lstm.tokens.vocabulary import NEXT_ID, Ids
from maestro_lstm.training.loop import Training
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import SymbolTask
from tests.pipeline_files import PARAMS

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=2000).astype(np.uint8)
TWICE = Settings(8, "softmax", "adam", Schedule.constant(0.003), 10, 1, seed=5, log_every=10)


def trained(settings: Settings) -> Training:
    training = Training(SymbolTask(IDS, 12), settings)
    list(training)
    return training


def losses(settings: Settings) -> npt.NDArray[np.float64]:
    return np.array([point.loss for point in trained(settings).progress.curve])


@pytest.mark.parametrize(
    "changed",
    [
        {"epsilon": 1e-3},
        {"sharpness": 5.0},
        {"loss_scale": 0.01, "epsilon": 1e-3},
        {"optimizer": "sgd", "sharpness": 3.0},
    ],
    ids=str,
)
def test_compiled_code_follows_each_as_torch_does_and_each_makes_a_difference(changed: dict[str, Any]) -> None:
    settings = replace(TWICE, **changed)
    ours = losses(settings)
    np.testing.assert_allclose(ours, losses(replace(settings, engine="torch")), rtol=2e-5)
    plain = losses(replace(TWICE, optimizer=settings.optimizer))
    assert np.abs(ours / plain - 1).max() > 1e-4


def test_the_sharpness_multiplies_what_the_cross_entropy_is_given() -> None:
    scores, targets = torch.randn(7, 12), torch.arange(7)
    expected = -torch.log_softmax(4 * torch.softmax(scores, 1), 1)[range(7), targets].sum()
    torch.testing.assert_close(sequence_loss(scores, targets, "softmax", 4), expected)


def test_adam_knows_the_scale_of_a_loss_by_its_epsilon_alone() -> None:
    """A power of two, which multiplies without rounding: the same bits. Without the other ε: not."""
    larger = replace(TWICE, loss_scale=128.0)
    alike = replace(larger, epsilon=128 * TWICE.epsilon)
    expected = pack(trained(TWICE).engine.weights())
    np.testing.assert_array_equal(pack(trained(alike).engine.weights()), expected)
    assert (pack(trained(larger).engine.weights()) != expected).any()


def test_a_branch_is_the_same_training_up_to_where_it_draws_anew() -> None:
    plain, one, other = losses(TWICE), *(losses(replace(TWICE, redrawn_at=60, redrawn=k)) for k in (1, 2))
    for branch in (one, other):
        np.testing.assert_array_equal(branch[:6], plain[:6])
        assert (branch[6:] != plain[6:]).all()
    assert (one[6:] != other[6:]).all()


def test_in_float64_everything_is_and_loses_nearly_the_same() -> None:
    settings = placed(replace(TWICE, precision="float64"), "compiled", "cpu")
    assert settings.engine == "torch"
    training = trained(settings)
    assert {weight.dtype for weight in training.engine.weights().values()} == {torch.float64}
    assert {value.dtype for name, value in training.engine.state().items() if "exp_avg" in name} == {np.dtype("f8")}
    found = [point.loss for point in training.progress.curve]
    np.testing.assert_allclose(found, losses(TWICE), rtol=1e-5)


def test_its_losses_have_all_their_digits() -> None:
    settings = placed(replace(TWICE, precision="float64"), "compiled", "cpu")
    training = Training(SymbolTask(IDS, 12), settings)
    found = training.engine.take_updates(training.starts[:3], training.rates[:3], training.lengths[:3])
    assert (found != found.astype(np.float32)).all()


@pytest.mark.parametrize(
    "changed",
    [
        {"optimizer": "sgd", "epsilon": 1e-6},
        {"output": "logits", "sharpness": 2.0},
        {"draws": "in_order", "redrawn": 1},
        {"redrawn_at": 5},
        {"kind": "performer", "next_kept": 0.5},
    ],
    ids=str,
)
def test_what_would_do_nothing_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadSetting, match=f"{list(changed)[-1]}: it does nothing here"):
        Training(SymbolTask(IDS, 12), replace(TWICE, **changed))


def test_float64_is_for_networks_of_symbols_and_not_for_params() -> None:
    with pytest.raises(BadSetting, match="float64"):
        replace(TWICE, kind="performer", precision="float64").check()
    own = OwnTraining.model_validate(PARAMS["networks"]["best"]["training"])
    with pytest.raises(ValidationError, match="precision"):
        OwnTraining.model_validate({**own.model_dump(), "precision": "float64"})


def test_next_under_other_names_is_rarer_and_all_else_stays() -> None:
    ids: Ids = np.random.default_rng(1).integers(0, 3, size=9000).astype(np.uint8)  # a third is `<NEXT>`
    assert relabelled(ids, 1.0) is ids
    for kept in (0.5, 0.3, 0.1):
        found = relabelled(ids, kept)
        assert ((found == ids) | (ids == NEXT_ID) & (found >= 90)).all()
        shares = np.bincount(found)[90:] / 3000
        assert len(shares) == names_of_next(kept)
        assert (found == NEXT_ID).mean() * 3 == pytest.approx(kept, abs=0.03)
        assert shares == pytest.approx(np.full(len(shares), (1 - kept) / len(shares)), abs=0.03)
        assert shares.max() < kept
        np.testing.assert_array_equal(found, relabelled(ids, kept))


def test_a_training_on_other_names_has_a_score_for_each() -> None:
    training = trained(replace(TWICE, next_kept=0.4, probes=3))
    assert training.engine.weights()["output.bias"].shape == (12 + 3,)
    assert len(training.progress.probes) == 3
    with pytest.raises(BadSetting, match="transposed music"):
        replace(TWICE, next_kept=0.4, transpose=2).check()
