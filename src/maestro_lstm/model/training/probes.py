"""Probes during a training: what the network predicts at that moment, and how large its gradient is.

A training's own figures cannot show a collapse: its loss hardly moves. Each probe runs the same windows of the training
split through the LSTM of lstm.py, independently of any engine.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from maestro_lstm.choices import Output
from maestro_lstm.data.vocabulary.symbols import NEXT_ID
from maestro_lstm.model.networks.network import Network, sequence_loss
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.windows import Source

WINDOWS = 256  # per probe
GRADIENTS = 64  # of them, for single gradients


@dataclass(frozen=True)
class Probe:
    """A network at one moment, on the same windows each time, from a zero state as in training."""

    update: int  # updates done
    accuracy: float  # percent
    next_probability: float  # of `<NEXT>`, mean over all steps, 0 to 1, softmax taken once
    distinct: int  # different symbols with the highest score
    gradient_norm: float  # Euclidean, of one sequence's loss as the optimizer sees it; mean over windows

    def rounded(self) -> dict[str, float]:
        """As files hold it: four significant digits."""
        return {
            name: value if isinstance(value, int) else float(f"{value:.4g}") for name, value in asdict(self).items()
        }


class Probes:
    """When to probe, and on which windows.

    Args:
        source: the training split.
        n_symbols: V.
        seq_len: T of the windows.
        count: about how many probes, evenly spaced in the logarithm of the updates; 0: none.
        n_updates: of the training.
        log_every: updates; probes are possible after multiples of it, and at the end.
    """

    def __init__(
        self, source: Source, n_symbols: int, seq_len: int, count: int, n_updates: int, log_every: int
    ) -> None:
        self.n_symbols = n_symbols
        first = min(log_every, n_updates)
        wanted = np.geomspace(first, n_updates, count) if count else np.empty(0)
        at = (np.ceil(wanted / log_every) * log_every).astype(np.int64)
        self.updates = set(np.minimum(at, n_updates).tolist())
        starts = np.linspace(0, len(source) - seq_len - 1, WINDOWS).astype(np.int64)
        self.windows = torch.from_numpy(source.windows(starts, seq_len + 1).T.astype(np.int64))  # (W, T + 1)

    def look(self, weights: Mapping[str, Tensor], settings: Settings, update: int) -> Probe:
        """Probe the network with these weights, after this many updates of a run."""
        with torch.device("meta"):  # its own weights are never used
            network = Network(self.n_symbols, settings.hidden, "scratch", settings.layers, settings.skips)
        weights = network.own(weights)
        self.windows = self.windows.to(weights["output.weight"].device)  # once
        x, y = self.windows[:, :-1].T, self.windows[:, 1:].T  # (T, W)
        with torch.no_grad():
            scores, _ = functional_call(network, weights, (x,))  # (T, W, V)
        guesses = scores.argmax(dim=2)  # (T, W)
        steps = settings.trained_steps
        norms = gradient_norms(network, weights, self.windows[:GRADIENTS, : steps + 1], settings.output)  # (G,)
        return Probe(
            update=update,
            accuracy=100 * float((guesses == y).double().mean()),
            next_probability=float(torch.softmax(scores, dim=2)[:, :, NEXT_ID].double().mean()),
            distinct=len(guesses.unique()),
            gradient_norm=float(norms.double().mean()),
        )


def gradient_norms(network: Network, weights: Mapping[str, Tensor], windows: Tensor, output: Output) -> Tensor:
    """Euclidean norm of each window's own gradient.

    Args:
        weights: under the network's own names.
        windows: (G, T + 1) ids.

    Returns: (G,)
    """

    def loss(weights: dict[str, Tensor], window: Tensor) -> Tensor:
        scores, _ = functional_call(network, weights, (window[:-1, None],))  # (T, 1, V)
        return sequence_loss(scores[:, 0], window[1:], output)

    gradients = vmap(grad(loss), in_dims=(None, 0))(dict(weights), windows)
    return torch.stack([one.flatten(1).square().sum(dim=1) for one in gradients.values()]).sum(dim=0).sqrt()
