"""A trained network one step at a time, in NumPy, for sampling, where every symbol waits for the previous one.

A step of a large network reads all its weights once. `torch.nn.LSTM` repacks them in every call: 2.3 ms per symbol for
2 × 384 units with skips, where this takes 0.3 (`python -m benchmarks.generation`). The equations are those of lstm.py.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from maestro_lstm.model.layout import sizes
from maestro_lstm.model.network import layer_name, layers_of
from maestro_lstm.symbols.vocabulary import Ids

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
        """See `predictor.Predictor`; the state is (L, H, B) each of hidden and cell state."""
        if state is None:
            zero = np.zeros((len(self.layers), self.hidden, ids.shape[1]), dtype=np.float32)
            state = zero, zero
        scores = np.empty((*ids.shape, self.n_symbols), dtype=np.float32)
        for s, symbols in enumerate(ids):
            scores[s], state = self._step(symbols, *state)
        return scores, state

    def _step(self, symbols: Ids, hidden: Floats, cell: Floats) -> tuple[Floats, tuple[Floats, Floats]]:
        """(B,) ids → (B, V)"""
        h, c = np.empty_like(hidden), np.empty_like(cell)  # (L, H, B)
        for k, (table, inner, bias) in enumerate(self.layers):
            known = np.concatenate((h[k - 1], hidden[k])) if k else hidden[k]  # (2H, B) or (H, B)
            u = inner @ known + bias  # (4H, B)
            if len(table):
                u += table[symbols].T
            i, f, g, o = np.tanh(u, out=u).reshape(4, self.hidden, -1)  # (H, B) each
            c[k] = HALF * ((f + 1) * cell[k] + (i + 1) * g)
            h[k] = HALF * (o + 1) * np.tanh(c[k])
        seen = h.reshape(-1, h.shape[2]) if self.out.shape[1] > self.hidden else h[-1]  # (L H, B) or (H, B)
        return (self.out @ seen + self.out_bias).T, (h, c)
