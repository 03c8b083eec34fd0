"""LSTM, fully connected layer, softmax (paper §4.1), as torch modules: two engines behind one interface.

`scratch` steps the cell of `lstm.py` through Python; `torch` is `torch.nn.LSTM`, some twenty times as fast. Weights
go in and out under the names of the scratch network, so that a checkpoint of one engine is a checkpoint of any other.
The paper has one layer; any number of them is what it wished for (§5.2.3).
"""

from collections.abc import Mapping
from itertools import count, takewhile

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.choices import EngineName, Output
from maestro_lstm.engines.lstm import LSTM, State

Weights = dict[str, Tensor]

# what the scratch network calls a layer's weights → what torch.nn.LSTM calls those of layer k
_TORCH_NAMES = {
    "U.weight": "weight_ih_l{}",  # (4H, V), or (4H, H) above another layer
    "U.bias": "bias_ih_l{}",  # (4H,)
    "W.weight": "weight_hh_l{}",  # (4H, H)
    "W.bias": "bias_hh_l{}",  # (4H,)
}


def layer_name(k: int) -> str:
    """Of layer k, 0 the lowest, in the scratch network: lstm, lstm_2, lstm_3 …"""
    return f"lstm_{k + 1}" if k else "lstm"


def layers_of(weights: Mapping[str, Tensor]) -> int:
    """How many layers a network has whose weights these are."""
    return sum(1 for _ in takewhile(lambda k: f"{layer_name(k)}.W.weight" in weights, count()))


class Scratch(nn.Module):
    """Layers of `lstm.LSTM`, one above the other: symbols (T, B) in, hidden states of the highest (T, B, H) out."""

    def __init__(self, n_symbols: int, hidden: int, layers: int) -> None:
        super().__init__()
        for k in range(layers):
            self.add_module(layer_name(k), LSTM(hidden if k else n_symbols, hidden))

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """State: (L, B, H) each."""
        x, ends = symbols, []
        for k, layer in enumerate(self.children()):
            x, end = layer(x, None if state is None else (state[0][k], state[1][k]))  # (T, B, H)
            ends.append(end)
        h, c = zip(*ends, strict=True)
        return x, (torch.stack(h), torch.stack(c))


class TorchLSTM(nn.Module):
    """`torch.nn.LSTM` with the interface of `Scratch`."""

    def __init__(self, n_symbols: int, hidden: int, layers: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(n_symbols, hidden, layers)

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        one_hot = F.one_hot(symbols, self.lstm.input_size).to(torch.get_default_dtype())  # (T, B, V)
        hidden, state = self.lstm(one_hot, state)  # (T, B, H), (L, B, H) each
        return hidden, state


class Network(nn.Module):
    """Symbols in, a score for every possible next symbol out.

    Args:
        n_symbols: V, size of the alphabet.
        hidden: H, size of the hidden and of the cell state.
        engine: what computes the LSTM: `scratch`, or torch.nn.LSTM for any other; the result differs by rounding only.
        layers: L.
    """

    def __init__(self, n_symbols: int, hidden: int, engine: EngineName = "torch", layers: int = 1) -> None:
        super().__init__()
        kind = Scratch if engine == "scratch" else TorchLSTM
        self.layers = kind(n_symbols, hidden, layers)
        self.output = nn.Linear(hidden, n_symbols)
        self.names = {}  # of a weight handed out → our own
        for k in range(layers):
            for name, torchs in _TORCH_NAMES.items():
                out = f"{layer_name(k)}.{name}"
                self.names[out] = f"layers.{out}" if engine == "scratch" else f"layers.lstm.{torchs.format(k)}"
        self.names |= {name: name for name in ("output.weight", "output.bias")}

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Ids (T, B) → scores (T, B, V), before any softmax, and the state after the last symbol, (L, B, H) each."""
        hidden, state = self.layers(symbols, state)  # (T, B, H)
        return self.output(hidden), state  # (T, B, V)

    def weights(self) -> Weights:
        """A copy of the weights on the CPU, under the names of the scratch network."""
        own = self.state_dict()
        return {name: own[ours].detach().cpu().clone() for name, ours in self.names.items()}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take weights as `weights` gives them. Raises RuntimeError where a name or shape does not fit."""
        self.load_state_dict(self.own(weights))

    def own(self, weights: Mapping[str, Tensor]) -> Weights:
        """Weights as `weights` gives them, under our own names."""
        return {self.names.get(name, name): value for name, value in weights.items()}


def initial_weights(n_symbols: int, hidden: int, seed: int, layers: int = 1) -> Weights:
    """The weights before training: nn.Linear's default initialisation (§4.1), the same for every engine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(n_symbols, hidden, "scratch", layers).weights()


def shapes_of(n_symbols: int, hidden: int, layers: int = 1) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight."""
    with torch.device("meta"):  # without memory for them
        network = Network(n_symbols, hidden, "scratch", layers)
    own = network.state_dict()
    return {name: tuple(own[ours].shape) for name, ours in network.names.items()}


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
