"""Dropout that does not depend on how many processes share an update."""

import torch
from torch import Tensor, nn

from maestro_lstm.model import ranks


class Dropout(nn.Dropout):
    """torch.nn.Dropout of (T, B, H); each of several ranks draws for all sequences and takes its own."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p or ranks.count() == 1:
            return super().forward(x)
        batch = x.shape[1] * ranks.count()
        kept = torch.empty(x.shape[0], batch, x.shape[2], dtype=x.dtype, device=x.device).bernoulli_(1 - self.p)
        return x * kept.div_(1 - self.p)[:, ranks.share(batch)]
