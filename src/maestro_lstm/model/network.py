"""LSTM, fully connected layer, softmax (paper §4.1), as torch modules: two engines behind one interface.

`scratch` steps the cell of lstm.py through Python; `torch` is `torch.nn.LSTM`, 3 to 11 times as fast. Weights go
in and out under the names of the scratch network, so a checkpoint of one engine is a checkpoint of any other. The
paper has one layer; more are what it wished for (§5.2.3). With skips (Graves 2013, §2) each layer sees the symbol as
well as the layer below, and the output sees every layer.
"""

from collections.abc import Iterable, Mapping
from itertools import count, takewhile

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.lstm import LSTM, State
from maestro_lstm.plumbing.choices import EngineName, Output

Weights = dict[str, Tensor]

# what the scratch cell calls its weights → what torch.nn.LSTM calls them
_TORCH_NAMES = {
    "U.weight": "lstm.weight_ih_l0",  # (4H, V), or (4H, H) above another layer; with skips (4H, V + H)
    "U.bias": "lstm.bias_ih_l0",  # (4H,)
    "W.weight": "lstm.weight_hh_l0",  # (4H, H)
    "W.bias": "lstm.bias_hh_l0",  # (4H,)
}


def copy_of(weights: Mapping[str, Tensor]) -> Weights:
    """A copy on the CPU, which later updates do not touch."""
    return {name: value.detach().to("cpu", copy=True) for name, value in weights.items()}


def layer_name(k: int) -> str:
    """The name of layer k, from 0, in weights: lstm, lstm_2, lstm_3 …"""
    return f"lstm_{k + 1}" if k else "lstm"


def layers_of(weights: Mapping[str, Tensor]) -> int:
    """The number of layers of the network with these weights."""
    return sum(1 for _ in takewhile(lambda k: f"{layer_name(k)}.W.weight" in weights, count()))


class TorchLSTM(nn.Module):
    """A layer of `torch.nn.LSTM` with the interface of `lstm.LSTM`."""

    def __init__(self, inputs: int, hidden: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, hidden)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        given = x if x.is_floating_point() else one_hot(x, self.lstm.input_size, self.lstm.all_weights[0][0].dtype)
        hidden, (h, c) = self.lstm(given, None if state is None else (state[0][None], state[1][None]))
        return hidden, (h[0], c[0])  # (T, B, H), (B, H) each


def run_layers(
    layers: Iterable[nn.Module],
    x: Tensor,
    state: State | None,
    drop: nn.Module | None = None,
    beside: Tensor | None = None,
) -> tuple[list[Tensor], State]:
    """L layers one above the other.

    Args:
        x: (T, B, X)
        state: (L, B, H) each, to continue from; zero if not given.
        drop: each layer is seen through this dropout.
        beside: (T, B, Y) what every layer but the first sees before the layer below.

    Returns: what each layer shows, (T, B, H), and the state after the last step.
    """
    shown: list[Tensor] = []
    ends = []
    for k, layer in enumerate(layers):
        if k and beside is not None:
            x = torch.cat((beside, x), dim=2)
        x, end = layer(x, None if state is None else (state[0][k], state[1][k]))
        x = drop(x) if drop else x
        shown.append(x)
        ends.append(end)
    h, c = zip(*ends, strict=True)
    return shown, (torch.stack(h), torch.stack(c))


class Network(nn.Module):
    """Symbols in, a score for every possible next symbol out.

    Args:
        n_symbols: V, size of the alphabet.
        hidden: H, size of the hidden and of the cell state.
        engine: what computes the LSTM: `scratch`, else torch.nn.LSTM; results differ by rounding only.
        layers: L.
        skips: from the symbols to every layer and from every layer to the output.
    """

    def __init__(
        self, n_symbols: int, hidden: int, engine: EngineName = "torch", layers: int = 1, skips: bool = False
    ) -> None:
        super().__init__()
        self.n_symbols, self.skips = n_symbols, skips
        kind = LSTM if engine == "scratch" else TorchLSTM
        above = hidden + n_symbols if skips else hidden
        self.layers = nn.ModuleList([kind(above if k else n_symbols, hidden) for k in range(layers)])
        self.output = nn.Linear(layers * hidden if skips else hidden, n_symbols)
        self.names = {}  # the public name of a weight → our own
        for k in range(layers):
            for name, torchs in _TORCH_NAMES.items():
                self.names[f"{layer_name(k)}.{name}"] = f"layers.{k}.{name if engine == 'scratch' else torchs}"
        self.names |= {name: name for name in ("output.weight", "output.bias")}

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Ids (T, B) → scores (T, B, V), before any softmax, and the state after the last symbol, (L, B, H) each."""
        beside = (
            one_hot(symbols, self.n_symbols, self.output.weight.dtype) if self.skips and len(self.layers) > 1 else None
        )
        shown, state = run_layers(self.layers, symbols, state, beside=beside)
        return self.output(torch.cat(shown, dim=2) if self.skips else shown[-1]), state

    def weights(self) -> Weights:
        """The weights, not a copy, under the names of the scratch network."""
        own = self.state_dict()
        return {name: own[ours].detach() for name, ours in self.names.items()}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Load weights as `weights` returns them. Raises RuntimeError if a name or shape does not fit."""
        self.load_state_dict(self.own(weights))

    def own(self, weights: Mapping[str, Tensor]) -> Weights:
        """Weights as `weights` returns them, under our own names."""
        return {self.names.get(name, name): value for name, value in weights.items()}


def one_hot(ids: Tensor, n_symbols: int, dtype: torch.dtype) -> Tensor:
    """(T, B) → (T, B, V)"""
    # not F.one_hot, which cannot be vectorised over sequences
    return (ids[..., None] == torch.arange(n_symbols, device=ids.device)).to(dtype)


def initial_weights(n_symbols: int, hidden: int, seed: int, layers: int = 1, skips: bool = False) -> Weights:
    """The weights before training: nn.Linear's default initialisation (§4.1), the same for every engine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(n_symbols, hidden, "scratch", layers, skips).weights()


def shapes_of(n_symbols: int, hidden: int, layers: int = 1, skips: bool = False) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight."""
    with torch.device("meta"):  # allocates nothing
        network = Network(n_symbols, hidden, "scratch", layers, skips)
    own = network.state_dict()
    return {name: tuple(own[ours].shape) for name, ours in network.names.items()}


def sequence_loss(scores: Tensor, targets: Tensor, output: Output, sharpness: float = 1.0) -> Tensor:
    """Cross entropy summed over a sequence (§4.1).

    PyTorch's cross entropy applies the log-softmax itself. With `output="softmax"` it is given a softmax already, as in
    the paper: softmax twice. With 90 symbols the loss then lies between 3.5187 and 4.4998 nats per symbol, and is
    4.5187 − accuracy for one-hot outputs.

    Args:
        scores: (N, V) before any softmax.
        targets: (N,) ids of the symbols that came next.
        sharpness: times the softmax that the cross entropy is given; 1 in the paper.

    Returns: scalar, nats.
    """
    if output == "softmax":
        scores = sharpness * torch.softmax(scores, dim=1)
    return F.cross_entropy(scores, targets, reduction="sum")
