"""Trained networks one step at a time, for sampling, where every step waits for the previous one.

A step of a large network reads all its weights once, and `torch.nn.LSTM` arranges them again at every call, which a
long sequence hides and a single step does not. One of symbols runs in NumPy: for 2 × 384 units with skips 0.3 ms a
symbol instead of 2.3; its equations are those of lstm.py. One of performances calls `torch.lstm_cell`, equal but for
rounding: a whole note, with its heads and draws, is 1.7 times as fast (`python -m benchmarks.generation`).
"""

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from maestro_lstm.model.layout import sizes
from maestro_lstm.model.look import Look, size_in
from maestro_lstm.model.look_step import LookStep
from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import TorchLSTM, layer_name, layers_of
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictor import early_for
from maestro_lstm.tokens.vocabulary import Ids

Floats = npt.NDArray[np.float32]
HALF = np.float32(0.5)


class Stepper:
    """A `predictor.Predictor` with any number of layers and sequences, with or without skips.

    Args:
        weights: as `Network.weights` returns them.
    """

    batch = 64

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        arrays = {name: value.numpy().astype(np.float32) for name, value in weights.items()}
        self.weights = weights
        self.n_symbols, self.hidden = sizes(weights)
        self.layers = []
        size = size_in(weights)
        self.early = early_for(size)
        self.look = LookStep(size, *(arrays[f"look.{name}.weight"] for name in ("QKVG", "X", "O"))) if size else None
        for k in range(layers_of(weights)):
            name = layer_name(k)
            U, W = arrays[f"{name}.U.weight"], arrays[f"{name}.W.weight"]  # (4H, V), (4H, V + H) or (4H, H); (4H, H)
            below = U.shape[1] - self.hidden if k else self.n_symbols
            # U x for a one-hot x is a column of U; the layer below and the previous step are one product
            table = np.ascontiguousarray(U[:, :below].T)  # (V, 4H), or (0, 4H) where a layer does not see the symbol
            inner = np.ascontiguousarray(np.concatenate((U[:, below:], W), axis=1))  # (4H, 2H), (4H, H) for the lowest
            bias = (arrays[f"{name}.U.bias"] + arrays[f"{name}.W.bias"])[:, None]  # (4H, 1)
            # σ(x) = ½ tanh(½ x) + ½: with the inner ½ in the weights, which is exact, one tanh serves all four gates
            halved = np.repeat(np.array([0.5, 0.5, 1, 0.5], dtype=np.float32), self.hidden)[:, None]  # i, f, g, o
            self.layers.append((table * halved.T, inner * halved, bias * halved))
        self.out, self.out_bias = arrays["output.weight"], arrays["output.bias"][:, None]  # (V, H) or (V, L H); (V, 1)

    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        """See `predictor.Predictor`; the state is (L, H, B) each of hidden and cell state, and a look's memory."""
        if state is None:
            zero = np.zeros((len(self.layers), self.hidden, ids.shape[1]), dtype=np.float32)
            state = zero, zero, self.look.start(ids.shape[1]) if self.look else None
        scores = np.empty((*ids.shape, self.n_symbols), dtype=np.float32)
        for s, symbols in enumerate(ids):
            scores[s], state = self._step(symbols, *state)
        return scores, state

    def _step(self, symbols: Ids, hidden: Floats, cell: Floats, memory: Any) -> tuple[Floats, Any]:
        """(B,) ids → (B, V)"""
        h, c = np.empty_like(hidden), np.empty_like(cell)  # (L, H, B)
        shown = h.copy() if self.look else h  # what each layer shows: h, the first one's with a look
        for k, (table, inner, bias) in enumerate(self.layers):
            known = np.concatenate((shown[k - 1], hidden[k])) if k else hidden[k]  # (2H, B) or (H, B)
            u = inner @ known + bias  # (4H, B)
            if len(table):
                u += table[symbols].T
            i, f, g, o = np.tanh(u, out=u).reshape(4, self.hidden, -1)  # (H, B) each
            c[k] = HALF * ((f + 1) * cell[k] + (i + 1) * g)
            h[k] = HALF * (o + 1) * np.tanh(c[k])
            if self.look and not k:
                with_look, memory = self.look(self.look.X[symbols], h[0].T, memory)
                shown[0] = with_look.T
            else:
                shown[k] = h[k]
        seen = shown.reshape(-1, h.shape[2]) if self.out.shape[1] > self.hidden else shown[-1]  # (L H, B) or (H, B)
        return (self.out @ seen + self.out_bias).T, (h, c, memory)


class StepLSTM(nn.Module):
    """A layer that takes a single step by itself, and leaves longer sequences to the layer it was made of."""

    def __init__(self, layer: TorchLSTM) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """(T, B, I) → (T, B, H), and the state after the last step, (B, H) each."""
        if len(x) > 1 or state is None:
            out: tuple[Tensor, State] = self.layer(x, state)
            return out
        w_input, w_hidden, b_input, b_hidden = self.layer.lstm.parameters()
        h, c = torch.lstm_cell(x[0], list(state), w_input, w_hidden, b_input, b_hidden)
        return h[None], (h, c)


class StepLook(nn.Module):
    """A look whose memory is a `StepMemory`."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.step = LookStep(look.dims, *(part.weight.detach().numpy() for part in (look.QKVG, look.X, look.O)))

    def forward(self, x: Tensor, h: Tensor, memory: Any = None) -> tuple[Tensor, Any]:
        """(T, B, X), (T, B, H) → (T, B, H), and the memory after the last row."""
        (last,) = memory or (self.step.start(h.shape[1]),)
        shown = []
        for inputs, row in zip(x.numpy(), h.numpy(), strict=True):
            with_look, last = self.step(inputs @ self.step.X, row, last)
            shown.append(torch.from_numpy(with_look))
        return torch.stack(shown), (last,)


def stepping(network: Performer) -> Performer:
    """A copy of the network with such layers, and such a look."""
    own = copy.deepcopy(network)
    own.layers = nn.ModuleList([StepLSTM(layer) for layer in network.layers if isinstance(layer, TorchLSTM)])
    if network.look is not None:
        own.look = StepLook(network.look)  # type: ignore[assignment]
    return own
