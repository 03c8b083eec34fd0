"""LSTM, fully connected layer, softmax (paper §4.1), as torch modules: two engines behind one interface.

`scratch` steps the cell of lstm.py through Python; `torch` is `torch.nn.LSTM`, 3 to 11 times as fast. Weights go
in and out under the names of the scratch network, so a checkpoint of one engine is a checkpoint of any other. The
paper has one layer; more are what it wished for (§5.2.3). With skips (Graves 2013, §2) each layer sees the symbol as
well as the layer below, and the output sees every layer.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import count, takewhile

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.look import Look
from maestro_lstm.model.lstm import LSTM, State
from maestro_lstm.plumbing.choices import EngineName, LookSize, Output

Weights = dict[str, Tensor]
Matrices = dict[int, list[Tensor]]  # by how many matrices are stacked in each

# what the scratch cell calls its weights → what torch.nn.LSTM calls them
_TORCH_NAMES = {
    "U.weight": "lstm.weight_ih_l0",  # (4H, V), or (4H, H) above another layer; with skips (4H, V + H)
    "U.bias": "lstm.bias_ih_l0",  # (4H,)
    "W.weight": "lstm.weight_hh_l0",  # (4H, H)
    "W.bias": "lstm.bias_hh_l0",  # (4H,)
}
LOOKS = ("look.size", "look.QKVG.weight", "look.X.weight", "look.O.weight")
GATES = 4  # of an LSTM; torch.nn.LSTM and our scratch cell keep their weights as one matrix


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
    look: Callable[[Tensor, State | None], tuple[Tensor, State]] | None = None,
) -> tuple[list[Tensor], State]:
    """L layers one above the other.

    Args:
        x: (T, B, X)
        state: (L, B, H) each, then a look's memory, to continue from; zero if not given.
        drop: each layer is seen through this dropout.
        beside: (T, B, Y) what every layer but the first sees before the layer below.
        look: from what the first layer shows, (T, B, H), and the memory to that with a look back, and the memory then.

    Returns: what each layer shows, (T, B, H), and the state after the last step.
    """
    shown: list[Tensor] = []
    ends = []
    memory: State = ()
    for k, layer in enumerate(layers):
        if k and beside is not None:
            x = torch.cat((beside, x), dim=2)
        x, end = layer(x, None if state is None else (state[0][k], state[1][k]))
        x = drop(x) if drop else x
        if look and not k:
            x, memory = look(x, None if state is None else state[2:])
        shown.append(x)
        ends.append(end)
    h, c = zip(*ends, strict=True)
    return shown, (torch.stack(h), torch.stack(c), *memory)


def matrices_of(layers: nn.Module, look: Look | None) -> Matrices:
    """The weights of recurrent layers, and of a look, for Muon."""
    found: Matrices = {GATES: [weight for weight in layers.parameters() if weight.ndim == 2]}
    if look:
        found[GATES].append(look.QKVG.weight)
        found[1] = [look.X.weight, look.O.weight]
    return found


class Network(nn.Module):
    """Symbols in, a score for every possible next symbol out.

    Args:
        n_symbols: V, size of the alphabet.
        hidden: H, size of the hidden and of the cell state.
        engine: what computes the LSTM: `scratch`, else torch.nn.LSTM; results differ by rounding only.
        layers: L.
        skips: from the symbols to every layer and from every layer to the output.
        look: how it looks back, after the first layer.
    """

    def __init__(
        self,
        n_symbols: int,
        hidden: int,
        engine: EngineName = "torch",
        layers: int = 1,
        skips: bool = False,
        look: LookSize | None = None,
    ) -> None:
        super().__init__()
        self.n_symbols, self.skips = n_symbols, skips
        kind = LSTM if engine == "scratch" else TorchLSTM
        above = hidden + n_symbols if skips else hidden
        self.layers = nn.ModuleList([kind(above if k else n_symbols, hidden) for k in range(layers)])
        self.output = nn.Linear(layers * hidden if skips else hidden, n_symbols)
        self.look = Look(look, hidden, n_symbols) if look else None
        self.names = {}  # the public name of a weight → our own
        for k in range(layers):
            for name, torchs in _TORCH_NAMES.items():
                self.names[f"{layer_name(k)}.{name}"] = f"layers.{k}.{name if engine == 'scratch' else torchs}"
        self.names |= {name: name for name in ("output.weight", "output.bias", *(LOOKS if look else ()))}

    def forward(self, symbols: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Ids (T, B) → scores (T, B, V), before any softmax, and the state after the last symbol, (L, B, H) each."""
        seen = self.look is not None or (self.skips and len(self.layers) > 1)
        x = one_hot(symbols, self.n_symbols, self.output.weight.dtype) if seen else None
        look = partial(self.look, x) if self.look else None
        shown, state = run_layers(self.layers, symbols, state, beside=x if self.skips else None, look=look)
        return self.output(torch.cat(shown, dim=2) if self.skips else shown[-1]), state

    def matrices(self) -> Matrices:
        """The weights for Muon."""
        return matrices_of(self.layers, self.look)

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


def initial_weights(
    n_symbols: int, hidden: int, seed: int, layers: int = 1, skips: bool = False, look: LookSize | None = None
) -> Weights:
    """The weights before training: nn.Linear's default initialisation (§4.1), the same for every engine."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Network(n_symbols, hidden, "scratch", layers, skips, look).weights()


def shapes_of(
    n_symbols: int, hidden: int, layers: int = 1, skips: bool = False, look: LookSize | None = None
) -> dict[str, tuple[int, ...]]:
    """Name and shape of every weight."""
    with torch.device("meta"):  # allocates nothing
        network = Network(n_symbols, hidden, "scratch", layers, skips, look)
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
