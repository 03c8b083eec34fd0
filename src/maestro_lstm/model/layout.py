"""How the compiled network's weights lie in memory: all parts in one flat array, so that an optimizer is one loop.

Matrices are stored so that every product reads whole rows: transposed to what `network.py` names and shapes them as.
"""

import math
from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from maestro_lstm.model.network import Weights

Floats = npt.NDArray[np.float32]
A = TypeVar("A")  # an array, or a tensor, or a name


class Parts(NamedTuple, Generic[A]):
    """The network's weights, or their gradients."""

    U: A  # (V, 4H)
    b_U: A  # (4H,)
    W: A  # (H, 4H)
    b_W: A  # (4H,)
    V: A  # (H, V), the output layer
    b_V: A  # (V,)


class Flat(NamedTuple):
    """What an optimizer works on, (P,) each: P = 4H (V + H + 2) + V (H + 1)."""

    w: Floats
    gradient: Floats
    mean: Floats  # of the gradient, over updates
    square: Floats  # of the gradient: mean or sum, over updates


MEMORY = ("w", "mean", "square")  # the fields of `Flat` that outlive an update

# the parts, under the names of the scratch network
NAMES = Parts("lstm.U.weight", "lstm.U.bias", "lstm.W.weight", "lstm.W.bias", "output.weight", "output.bias")


def split(flat: Any, n_symbols: int, hidden: int) -> Parts[Any]:
    """The parts of an array or a tensor (…, P), as views of it: (…, V, 4H), (…, 4H), and so on."""
    v, h = n_symbols, hidden
    shapes = ((v, 4 * h), (4 * h,), (h, 4 * h), (4 * h,), (h, v), (v,))
    ends = accumulate((math.prod(shape) for shape in shapes), initial=0)
    spans = zip(pairwise(ends), shapes, strict=True)
    return Parts(*(flat[..., first:end].reshape(*flat.shape[:-1], *shape) for (first, end), shape in spans))


def sizes(weights: Mapping[str, Tensor]) -> tuple[int, int]:
    """V and H of a network."""
    return weights["output.weight"].shape[0], weights["lstm.W.weight"].shape[1]


def pack(weights: Mapping[str, Tensor]) -> Floats:
    """Weights under the names of the scratch network → one flat array, (P,). Raises KeyError for a missing one."""
    return np.concatenate([weights[name].detach().cpu().numpy().T.ravel() for name in NAMES]).astype(np.float32)


def unpack(flat: Floats, n_symbols: int, hidden: int) -> Weights:
    """The inverse of `pack`, a copy."""
    parts = split(flat, n_symbols, hidden)
    return {name: torch.tensor(np.ascontiguousarray(part.T)) for name, part in zip(NAMES, parts, strict=True)}
