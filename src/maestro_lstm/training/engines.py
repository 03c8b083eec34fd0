"""Engines as the training loop sees them: windows and rates in, losses out, weights at any time.

`scratch` and `torch` go through autograd (autograd.py) and train anything; `compiled` (compiled.py) trains what
`Settings.fits_compiled` allows.
"""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from maestro_lstm.model import compiled
from maestro_lstm.model.layout import MEMORY, Flat, pack, split, unpack
from maestro_lstm.model.network import Weights, initial_weights
from maestro_lstm.plumbing.arrays import Arrays
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training.autograd import AutogradEngine, SymbolObjective
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.windows import Plain, Source, Starts

Doubles = npt.NDArray[np.float64]
Lengths = npt.NDArray[np.int64]


class Engine(Protocol):
    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:
        """Take n updates, in order.

        Args:
            starts: (n, B), where their sequences begin.
            rates: (n,), their learning rates.
            lengths: (n,), T of each.

        Returns: the loss of each, nats a symbol, (n,).
        """

    def weights(self) -> Weights:
        """The current weights, where they are: later updates may change them."""

    def state(self) -> Arrays:
        """A copy of everything later updates depend on: weights and optimizer state."""

    def restore(self, state: Arrays) -> None:
        """Continue from what `state` returned, bit for bit. Raises KeyError or ValueError for another network's
        state."""


class CompiledEngine:
    """One run in compiled code."""

    def __init__(self, ids: Ids, n_symbols: int, settings: Settings) -> None:
        if ids.max() >= n_symbols:  # compiled code would read outside its arrays
            raise ValueError(f"an id of {ids.max()} among {n_symbols} symbols")
        self.settings, self.ids, self.done = settings, ids, 0
        self.sizes = (n_symbols, settings.hidden)
        w = pack(initial_weights(n_symbols, settings.hidden, settings.seed))
        self.flat = Flat(w, np.zeros_like(w), np.zeros_like(w), np.zeros_like(w))
        self.parts, self.gradient = split(self.flat.w, *self.sizes), split(self.flat.gradient, *self.sizes)
        self.steps = compiled.steps(settings.trained_steps, *self.sizes)

    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:  # noqa: ARG002 (one T)
        """(n, 1), (n,), (n,) → (n,)."""
        losses = np.empty(len(starts))
        compiled.take_updates(
            self.ids,
            starts[:, 0],
            rates,
            self.settings.output == "softmax",
            self.settings.sharpness,
            self.settings.loss_scale,
            compiled.OPTIMIZERS[self.settings.optimizer],
            self.settings.epsilon,
            self.done,
            self.flat,
            self.parts,
            self.gradient,
            self.steps,
            losses,
        )
        self.done += len(starts)
        return losses / self.settings.trained_steps

    def weights(self) -> Weights:
        return unpack(self.flat.w, *self.sizes)

    def state(self) -> Arrays:
        kept = {name: getattr(self.flat, name).copy() for name in MEMORY}
        return {**kept, "done": np.array(self.done)}

    def restore(self, state: Arrays) -> None:
        for name in MEMORY:
            getattr(self.flat, name)[:] = state[name]
        self.done = int(state["done"])


def engine_for(source: Source, n_symbols: int, run: Settings) -> Engine:
    """The engine that a run names. Raises ValueError for what it cannot train."""
    if run.engine != "compiled":
        return AutogradEngine(SymbolObjective(source, n_symbols, run), run)
    if not run.fits_compiled or not isinstance(source, Plain):
        raise ValueError(
            "engine compiled trains one layer and one sequence of T an update, from a zero state, in float32"
        )
    return CompiledEngine(source.ids, n_symbols, run)
