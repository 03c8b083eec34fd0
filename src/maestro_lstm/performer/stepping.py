"""A network that takes one step at a time, faster.

`torch.nn.LSTM` arranges its weights again at every call, which a long sequence hides and a single step does not:
`torch.lstm_cell` takes a third of the time there, equal but for rounding. A whole note, with its heads and draws, is
1.7 times as fast (`python -m benchmarks.generation`).
"""

import copy

import torch
from torch import Tensor, nn

from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import TorchLSTM
from maestro_lstm.performer.network import Performer


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


def stepping(network: Performer) -> Performer:
    """A copy of the network with such layers."""
    own = copy.deepcopy(network)
    own.layers = nn.ModuleList([StepLSTM(layer) for layer in network.layers if isinstance(layer, TorchLSTM)])
    return own
