"""What a network predicts at one moment of its training, what its state still knows of its input, how large its
gradient is and how far it moves.

The windows of the training split run through the LSTM of lstm.py, independently of any engine.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap

from maestro_lstm.model.network import Network, sequence_loss
from maestro_lstm.tokens.vocabulary import NEXT_ID
from maestro_lstm.training.probes import Probe, Probes
from maestro_lstm.training.settings import Settings

GRADIENTS = 64  # windows, evenly spaced among those of a probe, for single gradients


def measure(
    probes: Probes, weights: Mapping[str, Tensor], before: Mapping[str, Tensor], settings: Settings, update: int
) -> Probe:
    """Probe the network with these weights, after this many updates of a run.

    Args:
        before: the weights before the last update.
    """
    moved = torch.stack(
        [(weight.double() - before[name].to(weight).double()).square().sum() for name, weight in weights.items()]
    )
    with torch.device("meta"):  # its own weights are never used
        network = Network(probes.n_symbols, settings.hidden, "scratch", settings.layers, settings.skips, settings.look)
    weights = network.own(weights)
    windows = torch.from_numpy(probes.windows).to(weights["output.weight"].device)
    x, y = windows[:, :-1].T, windows[:, 1:].T  # (T, W)
    with torch.no_grad():
        scores, (hidden, _) = functional_call(network, weights, (x,))  # (T, W, V), (L, W, H)
    guesses = scores.argmax(dim=2)  # (T, W)
    steps = settings.trained_steps
    norms = gradient_norms(network, weights, windows[:: len(windows) // GRADIENTS, : steps + 1], settings)  # (G,)
    return Probe(
        update=update,
        accuracy=100 * float((guesses == y).double().mean()),
        next_probability=float(torch.softmax(scores, dim=2)[:, :, NEXT_ID].double().mean()),
        distinct=len(guesses.unique()),
        gradient_norm=float(norms.double().mean()),
        state_spread=float(hidden.double().std(dim=1).mean()),
        step_norm=float(moved.sum().sqrt()),
    )


def gradient_norms(network: Network, weights: Mapping[str, Tensor], windows: Tensor, run: Settings) -> Tensor:
    """Euclidean norm of each window's own gradient, as the optimizer of a run sees it.

    Args:
        weights: under the network's own names.
        windows: (G, T + 1) ids.

    Returns: (G,)
    """

    def loss(weights: dict[str, Tensor], window: Tensor) -> Tensor:
        scores, _ = functional_call(network, weights, (window[:-1, None],))  # (T, 1, V)
        return run.loss_scale * sequence_loss(scores[:, 0], window[1:], run.output, run.sharpness)

    gradients = vmap(grad(loss), in_dims=(None, 0))(dict(weights), windows)
    return torch.stack([one.flatten(1).square().sum(dim=1) for one in gradients.values()]).sum(dim=0).sqrt()
