"""A trained network as those see it who only ask what comes next: ids in, scores out, the state handed on."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from maestro_lstm.choices import EngineName
from maestro_lstm.engines import compiled
from maestro_lstm.engines.layout import pack, sizes, split
from maestro_lstm.engines.network import Network
from maestro_lstm.symbols import Ids

Floats = npt.NDArray[np.float32]


class Predictor(Protocol):
    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        """A score for every possible next symbol after each id, before any softmax.

        Args:
            ids: (S,), at least one.
            state: what the call before returned, to go on from there; the state is zero if not given.

        Returns: scores (S, V), and the state after the last id.
        """


class TorchPredictor:
    """Either network of `network.py`."""

    def __init__(self, network: Network, device: str) -> None:
        self.network, self.device = network.to(device).eval(), device

    @torch.inference_mode()
    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        given = torch.from_numpy(ids.astype(np.int64)).to(self.device)
        scores, state = self.network(given[:, None], state)  # (S, 1, V)
        return scores[:, 0].cpu().numpy(), state


class CompiledPredictor:
    """The network of `compiled.py`."""

    def __init__(self, weights: Mapping[str, Tensor]) -> None:
        self.sizes = sizes(weights)
        self.parts = split(pack(weights), *self.sizes)
        self.room = compiled.steps(1, *self.sizes)

    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        if ids.max() >= self.sizes[0]:  # compiled code would read beside its arrays
            raise ValueError(f"an id of {ids.max()} among {self.sizes[0]} symbols")
        if len(self.room.tanh_c) != len(ids):
            self.room = compiled.steps(len(ids), *self.sizes)
        self.room.h[0], self.room.c[0] = (0, 0) if state is None else state
        compiled.run(self.parts, ids, self.room)
        return self.room.scores.copy(), (self.room.h[-1].copy(), self.room.c[-1].copy())


def predictor(weights: Mapping[str, Tensor], engine: EngineName = "compiled", device: str = "cpu") -> Predictor:
    """The network with these weights. `batched` is a way to train; what it trained is run in compiled code."""
    if engine in ("compiled", "batched"):
        return CompiledPredictor(weights)
    network = Network(*sizes(weights), engine)
    network.load_weights(weights)
    return TorchPredictor(network, device)
