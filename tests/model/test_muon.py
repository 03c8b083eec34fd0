"""Muon against torch's own, and against the singular values it is defined by."""

import numpy as np
import pytest
import torch

from maestro_lstm.training.autograd import SymbolObjective, optimizers_of
from maestro_lstm.training.muon import Muon, orthogonal
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.windows import Plain


@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 5, 40), (4, 40, 5)])
def test_all_singular_values_become_about_one_and_the_directions_stay(shape: tuple[int, int, int]) -> None:
    generator = torch.Generator().manual_seed(0)
    matrices = torch.randn(shape, generator=generator, dtype=torch.float64)
    u, s, vh = torch.linalg.svd(matrices, full_matrices=False)
    assert float(s.max() / s.min()) > 2  # they were not alike
    found = orthogonal(matrices)
    assert found.shape == shape
    inside = u.mT @ found @ vh.mT  # (K, r, r): its singular values on the diagonal, and nothing beside it
    values = inside.diagonal(dim1=1, dim2=2)
    torch.testing.assert_close(inside, torch.diag_embed(values), atol=1e-9, rtol=0)
    assert 0.6 < float(values.min()) <= float(values.max()) < 1.3


def test_a_zero_gradient_moves_nothing() -> None:
    weight = torch.ones(8, 3, requires_grad=True)
    weight.grad = torch.zeros_like(weight)
    Muon([weight], gates=4).step()
    assert torch.equal(weight, torch.ones(8, 3))


def test_each_gate_takes_torchs_steps() -> None:
    """torch.optim.Muon takes its products in bfloat16, 8 bits: the same but for its rounding."""
    torch.manual_seed(0)
    gates = [torch.randn(12, 30).requires_grad_() for _ in range(4)]
    whole = torch.cat(gates).detach().clone().requires_grad_()
    before = whole.detach().clone()
    theirs = torch.optim.Muon(gates, lr=0.01, weight_decay=0.0, adjust_lr_fn="match_rms_adamw")
    ours = Muon([whole], gates=4, lr=0.01)
    for _ in range(5):
        gradients = [torch.randn(12, 30) for _ in range(4)]
        for gate, gradient in zip(gates, gradients, strict=True):
            gate.grad = gradient
        whole.grad = torch.cat(gradients)
        theirs.step()  # type: ignore[no-untyped-call]
        ours.step()
    moved, expected = whole.detach() - before, torch.cat([gate.detach() for gate in gates]) - before
    assert float((moved - expected).norm() / expected.norm()) < 0.02


def test_every_weight_of_a_network_has_one_optimizer() -> None:
    settings = Settings(8, "logits", "muon", Schedule.constant(0.1), 5, 1, 0, engine="torch", layers=2)
    lesson = SymbolObjective(Plain(np.zeros(9, np.uint8)), 12, settings)
    network = lesson.network
    muon, adam = optimizers_of(lesson, settings)
    matrices, others = muon.param_groups[0]["params"], adam.param_groups[0]["params"]
    assert {tuple(weight.shape) for weight in matrices} == {(32, 12), (32, 8)}
    assert len(matrices) == 4
    assert {id(w) for w in matrices} | {id(w) for w in others} == {id(w) for w in network.parameters()}
    assert len(matrices) + len(others) == len(list(network.parameters()))


def test_decayed_weights_shrink_by_the_rate_times_the_share_and_then_move_as_without() -> None:
    weight = torch.nn.Parameter(torch.randn(8, 6, generator=torch.Generator().manual_seed(0)))
    plain, gradient = torch.nn.Parameter(weight.detach().clone()), torch.ones(8, 6)
    ours, without = Muon([weight], lr=0.1, weight_decay=0.5), Muon([plain], lr=0.1)
    before = weight.detach().clone()
    for one, optimizer in ((weight, ours), (plain, without)):
        one.grad = gradient.clone()
        optimizer.step()
    torch.testing.assert_close(weight.detach(), plain.detach() - 0.05 * before)


def test_without_decay_adamw_is_adam() -> None:
    """So that a training's optimizer need not change its name: bit for bit."""
    random = torch.Generator().manual_seed(0)
    one = torch.nn.Parameter(torch.randn(30, 7, generator=random))
    other = torch.nn.Parameter(one.detach().clone())
    adam, adamw = torch.optim.Adam([one], fused=True), torch.optim.AdamW([other], fused=True, weight_decay=0.0)
    for _ in range(20):
        one.grad = torch.randn(30, 7, generator=random)
        other.grad = one.grad.clone()
        adam.step()
        adamw.step()
    assert torch.equal(one, other)


def test_products_in_bfloat16_give_about_the_same_directions() -> None:
    matrices = torch.randn(4, 16, 24, generator=torch.Generator().manual_seed(0))
    exact, rounded = orthogonal(matrices), orthogonal(matrices.bfloat16()).float()
    assert float((exact - rounded).norm() / exact.norm()) < 0.05
