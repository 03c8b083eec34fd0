"""Trained networks as predictors. Compiled code runs one sequence through one layer; torch is fast with many."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from maestro_lstm.model import compiled
from maestro_lstm.model.layout import pack, sizes, split
from maestro_lstm.model.look import size_in
from maestro_lstm.model.network import Network, layers_of
from maestro_lstm.model.predictor import Predictor, early_for
from maestro_lstm.plumbing.choices import EngineName
from maestro_lstm.tokens.vocabulary import Ids

Floats = npt.NDArray[np.float32]
PARTS = 64  # of a long sequence: a step of a large network reads all its weights, for one sequence as for many


class TorchPredictor:
    """Either network of `network.py`."""

    def __init__(self, network: Network, device: str, batch: int = 1) -> None:
        self.network, self.device, self.batch = network.to(device).eval(), device, batch
        self.early = early_for(network.look.dims if network.look else None)

    @torch.inference_mode()
    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        given = torch.from_numpy(ids.astype(np.int64)).to(self.device)
        scores, state = self.network(given, state)  # (S, B, V)
        return scores.cpu().numpy(), state


class CompiledPredictor:
    """The network of `compiled.py`."""

    batch, early = 1, early_for(None)

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.sizes = sizes(weights)
        self.parts = split(pack(weights), *self.sizes)
        self.room = compiled.steps(1, *self.sizes)

    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        if ids.max() >= self.sizes[0]:  # compiled code would read outside its arrays
            raise ValueError(f"an id of {ids.max()} among {self.sizes[0]} symbols")
        if ids.shape[1] != 1:
            raise ValueError(f"{ids.shape[1]} sequences side by side; compiled code runs one")
        if len(self.room.tanh_c) != len(ids):
            self.room = compiled.steps(len(ids), *self.sizes)
        self.room.h[0], self.room.c[0] = (0, 0) if state is None else state
        compiled.run(self.parts, np.ascontiguousarray(ids[:, 0]), self.room)
        return self.room.scores[:, None].copy(), (self.room.h[-1].copy(), self.room.c[-1].copy())


def predictor(weights: Mapping[str, Tensor], engine: EngineName = "compiled", device: str = "cpu") -> Predictor:
    """The network with these weights.

    Deeper networks than compiled code takes run in torch.
    """
    layers, look = layers_of(weights), size_in(weights)
    if engine == "compiled" and layers == 1 and look is None:
        return CompiledPredictor(weights)
    skips = layers > 1 and weights["output.weight"].shape[1] > sizes(weights)[1]
    network = Network(*sizes(weights), engine, layers, skips, look)
    network.load_weights(weights)
    return TorchPredictor(network, device, 1 if layers == 1 else PARTS)
