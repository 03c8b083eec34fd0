"""Muon (Jordan et al. 2024): momentum with orthogonalised matrices.

torch.optim.Muon multiplies in bfloat16, which is many times slower than float32 on processors without it, and four
times as fast on those with it. Ours multiplies as it is told, and treats the four gates of an LSTM, which torch keeps
as one matrix, as four.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

MOMENTUM = 0.95
COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of the Newton-Schulz iteration, chosen there for its slope at zero
ITERATIONS = 5
RMS = 0.2  # of an update at rate 1, about that of Adam's (Liu et al. 2025)


class Muon(torch.optim.Optimizer):
    """For matrices alone.

    Args:
        parameters: (gates · N, M) each, or groups of them; each gate's (N, M) is orthogonalised by itself.
        gates: how many matrices are stacked in one, where a group does not say.
        precision: of the products.
        weight_decay: as torch.optim.AdamW's. Every update is as large as any other, so without it the weights of a
            long training grow until the recurrent ones saturate their gates.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor] | Iterable[dict[str, Any]],
        gates: int = 1,
        lr: float = 1e-3,
        precision: torch.dtype = torch.float32,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, {"lr": lr, "gates": gates, "weight_decay": weight_decay})
        self.precision = precision

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # noqa: ARG002 (torch's signature)
        for group in self.param_groups:
            for weight in group["params"]:
                kept = self.state[weight]
                if not kept:
                    kept["momentum"] = torch.zeros_like(weight)
                kept["momentum"].lerp_(weight.grad, 1 - MOMENTUM)
                ahead = torch.lerp(weight.grad, kept["momentum"], MOMENTUM)  # Nesterov's
                matrices = ahead.view(group["gates"], -1, weight.shape[1])  # (gates, N, M)
                scale = RMS * max(matrices.shape[1:]) ** 0.5
                direction = orthogonal(matrices.to(self.precision)).flatten(0, 1)
                if group["weight_decay"]:
                    weight.mul_(1 - group["lr"] * group["weight_decay"])
                weight.sub_(direction.to(weight.dtype), alpha=group["lr"] * scale)


def orthogonal(matrices: Tensor) -> Tensor:
    """Roughly the nearest orthogonal matrix: all singular values near 1, except those that were nearly 0.

    A Newton-Schulz iteration: a polynomial in X XᵀX that moves all singular values at once, by products alone.

    Args:
        matrices: (K, N, M)

    Returns: the same shape.
    """
    wide = matrices.shape[1] <= matrices.shape[2]
    x = matrices if wide else matrices.mT  # the smaller product
    x = x / x.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)  # no singular value above 1
    a, b, c = COEFFICIENTS
    for _ in range(ITERATIONS):
        gram = x @ x.mT
        x = torch.baddbmm(x, torch.baddbmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if wide else x.mT
