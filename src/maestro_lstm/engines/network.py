"""LSTM, fully connected layer, softmax (paper §4.1), as torch modules: two engines behind one interface.

`scratch` steps the cell of `lstm.py` through Python; `torch` is `torch.nn.LSTM`, some twenty times as fast. Weights
go in and out under the names of the scratch network, so that a checkpoint of one engine is a checkpoint of any other.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.choices import EngineName, Output
from maestro_lstm.engines.lstm import LSTM, State

Weights = dict[str, Tensor]

# name in the scratch network → name in the torch network
_TORCH_NAMES = {
    "lstm.U.weight": "lstm.lstm.weight_ih_l0",  # (4H, V)
    "lstm.U.bias": "lstm.lstm.bias_ih_l0",  # (4H,)
    "lstm.W.weight": "lstm.lstm.weight_hh_l0",  # (4H, H)
    "lstm.W.bias": "lstm.lstm.bias_hh_l0",  # (4H,)
    "output.weight": "output.weight",  # (V, H)
    "output.bias": "output.bias",  # (V,)
}


class TorchLSTM(nn.Module):
    """`torch.nn.LSTM` with the interface of `lstm.LSTM`: symbols (T, B) in, hidden states (T, B, H) out."""

    def __init__(self, n_symbols: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_symbols, hidden)

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        one_hot = F.one_hot(symbols, self.lstm.input_size).to(torch.get_default_dtype())  # (T, B, V)
        carried = None if state is None else (state[0][None], state[1][None])  # (1, B, H) each
        hidden, (h, c) = self.lstm(one_hot, carried)  # (T, B, H)
        return hidden, (h[0], c[0])  # (B, H) each


class Network(nn.Module):
    """Symbols in, a score for every possible next symbol out.

    Args:
        n_symbols: V, size of the alphabet.
        hidden: H, size of the hidden and of the cell state.
        engine: what computes the LSTM: `scratch`, or torch.nn.LSTM for any other; the result differs by rounding only.
    """

    def __init__(self, n_symbols: int, hidden: int, engine: EngineName = "torch") -> None:
        super().__init__()
        self.engine = engine
        self.lstm = LSTM(n_symbols, hidden) if engine == "scratch" else TorchLSTM(n_symbols, hidden)
        self.output = nn.Linear(hidden, n_symbols)

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Ids (T, B) → scores (T, B, V), before any softmax, and the state after the last symbol."""
        hidden, state = self.lstm(symbols, state)  # (T, B, H)
        return self.output(hidden), state  # (T, B, V)

    def weights(self) -> Weights:
        """A copy of the weights on the CPU, under the names of the scratch network."""
        own = self.state_dict()
        return {name: own[self._own_name(name)].detach().cpu().clone() for name in _TORCH_NAMES}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights as `weights` gives them. Raises RuntimeError where a name or shape does not fit."""
        self.load_state_dict({self._own_name(name): value for name, value in weights.items()})

    def _own_name(self, name: str) -> str:
        return name if self.engine == "scratch" else _TORCH_NAMES.get(name, name)


def initial_weights(n_symbols: int, hidden: int, seed: int) -> Weights:
    """The weights before training: nn.Linear's default initialisation (§4.1), the same for every engine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(n_symbols, hidden, "scratch").weights()


def shapes_of(n_symbols: int, hidden: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight."""
    with torch.device("meta"):  # without memory for them
        return {name: tuple(value.shape) for name, value in Network(n_symbols, hidden, "scratch").state_dict().items()}


def sequence_loss(scores: Tensor, targets: Tensor, output: Output) -> Tensor:
    """Cross entropy summed over a sequence (§4.1).

    PyTorch's cross entropy takes the log-softmax of what it is given. With `output="softmax"` it is given a softmax
    already, as in the paper: softmax twice. Of 90 symbols that leaves a loss of 3.5187 to 4.4998 nats a symbol,
    4.5187 − accuracy for one-hot outputs.

    Args:
        scores: (N, V) before any softmax.
        targets: (N,) ids of the symbols that came next.

    Returns: scalar, nats.
    """
    if output == "softmax":
        scores = torch.softmax(scores, dim=1)
    return F.cross_entropy(scores, targets, reduction="sum")
