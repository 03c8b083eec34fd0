"""Weights → figures: how well a network says what comes next.

One deterministic pass over a sequence, the state carried from its first symbol to its last.
"""

import numpy as np
import torch

from maestro_lstm.network import Network
from maestro_lstm.scores import Scores, summarise
from maestro_lstm.symbols import Ids

STRETCH = 8192  # symbols a call: long enough to hide the call, short enough for memory


@torch.inference_mode()
def evaluate(network: Network, inputs: Ids, targets: Ids, device: str = "cpu") -> Scores:
    """Run a network over a sequence, its state zero at the start and carried to the end.

    Args:
        inputs: (S,) ids.
        targets: (S,) the ids that came next.
    """
    network.to(device)
    guesses, likelihoods = [], []
    state = None
    for at in range(0, len(inputs), STRETCH):
        some = torch.from_numpy(inputs[at : at + STRETCH].astype(np.int64)).to(device)  # (S',)
        right = torch.from_numpy(targets[at : at + STRETCH].astype(np.int64)).to(device)  # (S',)
        scores, state = network(some[:, None], state)  # (S', 1, V)
        log_p = torch.log_softmax(scores[:, 0].double(), dim=1)  # (S', V); double: a saturated softmax still counts
        guesses.append(scores[:, 0].argmax(dim=1).cpu().numpy())
        likelihoods.append(log_p.gather(1, right[:, None])[:, 0].cpu().numpy())
    return summarise(np.concatenate(guesses).astype(np.uint8), np.concatenate(likelihoods), targets)
