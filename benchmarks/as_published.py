"""The network as the paper writes it (§4.1): four gates of two linear layers each, one-hot input, stepped in Python.

`model/lstm.py` has the same equations with the four gates in one product; this is what it is faster than.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.network import Weights, sequence_loss
from maestro_lstm.tokens.vocabulary import Ids


class Published(nn.Module):
    def __init__(self, weights: Weights) -> None:
        """Takes a network's weights, so that it is the same network."""
        super().__init__()
        n_symbols, hidden = weights["output.weight"].shape
        self.U = nn.ModuleList(nn.Linear(n_symbols, hidden) for _ in range(4))  # of i, f, g, o
        self.W = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(4))
        self.output = nn.Linear(hidden, n_symbols)
        for name, layers in (("U", self.U), ("W", self.W)):
            for k, layer in enumerate(layers):
                rows = slice(k * hidden, (k + 1) * hidden)
                parts = {part: weights[f"lstm.{name}.{part}"][rows] for part in ("weight", "bias")}
                layer.load_state_dict(parts)
        self.output.load_state_dict({part: weights[f"output.{part}"] for part in ("weight", "bias")})

    def forward(self, symbols: Tensor) -> Tensor:
        """Ids (T,) → scores (T, V)."""
        one_hot = F.one_hot(symbols, self.output.out_features).float()  # (T, V)
        h = c = torch.zeros(1, self.output.in_features)
        scores = []
        for x in one_hot[:, None]:  # (1, V)
            i, f, g, o = (w(h) + u(x) for w, u in zip(self.W, self.U, strict=True))
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            scores.append(self.output(h))
        return torch.cat(scores)


def trainer(ids: Ids, weights: Weights, seq_len: int, starts: npt.NDArray[np.int64]) -> Callable[[], list[float]]:
    """A call that takes one update (softmax twice, ADAM) for every start and returns their losses, nats a symbol."""
    network, known = Published(weights), torch.from_numpy(ids.astype(np.int64))
    optimizer = torch.optim.Adam(network.parameters(), lr=0.001)

    def train() -> list[float]:
        losses = []
        for start in starts.tolist():
            window = known[start : start + seq_len + 1]
            loss = sequence_loss(network(window[:-1]), window[1:], "softmax")
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            losses.append(loss.item() / seq_len)
        return losses

    return train
