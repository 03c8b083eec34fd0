"""Weights → symbols: music drawn from the network's own distribution, a symbol at a time (paper §5.2.2)."""

from collections.abc import Sequence

import numpy as np
import torch

from maestro_lstm.network import Network


@torch.inference_mode()
def sample(network: Network, primer: Sequence[int], count: int, seed: int) -> list[int]:
    """Go on from a primer, the state zero before it.

    Args:
        primer: ids given, at least one.
        count: how many ids to draw.
        seed: of the draws; the same seed gives the same music.

    Returns: the ids drawn, without the primer.
    """
    random = np.random.default_rng(seed)
    scores, state = network(torch.tensor(primer)[:, None])  # (P, 1, V)
    drawn: list[int] = []
    while len(drawn) < count:
        p = torch.softmax(scores[-1, 0].double(), dim=0).numpy()  # (V,)
        drawn.append(int(random.choice(len(p), p=p / p.sum())))
        scores, state = network(torch.tensor([[drawn[-1]]]), state)  # (1, 1, V)
    return drawn
