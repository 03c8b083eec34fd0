"""Engines as the training loop sees them: windows and rates in, losses out, weights at any time.

A learner trains R runs together, each with B sequences per update. `scratch` and `torch` go through autograd and train
anything; `compiled` (compiled.py), one run at a time, and `batched` (batched.py), many as one, train what
`Settings.fits_compiled` allows.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch

from maestro_lstm.choices import OptimizerName
from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.networks import compiled
from maestro_lstm.model.networks.layout import MEMORY, Flat, pack, split, unpack
from maestro_lstm.model.networks.lstm import State
from maestro_lstm.model.networks.network import Network, Weights, initial_weights, sequence_loss
from maestro_lstm.model.training.muon import Muon
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.windows import Starts
from maestro_lstm.plumbing.arrays import Arrays

Doubles = npt.NDArray[np.float64]
Lengths = npt.NDArray[np.int64]

# Settings other than the learning rate are PyTorch's defaults (§4.3).
OPTIMIZERS = {"sgd": torch.optim.SGD, "adagrad": torch.optim.Adagrad, "adam": torch.optim.Adam}
GATES = 4  # of an LSTM; torch.nn.LSTM and our scratch cell keep their weights as one matrix


class Learner(Protocol):
    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:
        """Take n updates of each run, in order.

        Args:
            starts: (R, n, B), where their sequences begin.
            rates: (R, n), their learning rates.
            lengths: (n,), T of each.

        Returns: the loss of each, nats a symbol, (R, n).
        """

    def weights(self, run: int) -> Weights:
        """A copy of a run's current weights."""

    def state(self) -> Arrays:
        """A copy of everything later updates depend on: weights and optimizer state."""

    def restore(self, state: Arrays) -> None:
        """Continue from what `state` returned, bit for bit. Raises KeyError or ValueError for another network's
        state."""


class AutogradRun:
    """One run of either network of `network.py`, by torch's autograd and optimizers."""

    def __init__(self, ids: Ids, n_symbols: int, settings: Settings) -> None:
        self.settings = settings
        self.ids = torch.from_numpy(ids.astype(np.int64)).to(settings.device)  # (S,)
        deep = settings.layers, settings.skips
        self.network = Network(n_symbols, settings.hidden, settings.engine, *deep)
        self.network.load_weights(initial_weights(n_symbols, settings.hidden, settings.seed, *deep))
        self.network.to(settings.device)
        self.ends = torch.empty(0, dtype=torch.int64)  # (B,) where the last sequences ended, if the state is carried
        self.carried: State | None = None  # the state there, (L, B, H) each
        self.optimizers = optimizers_of(self.network, settings.optimizer)

    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:
        """(n, B), (n,), (n,) → (n,)."""
        steps = np.minimum(lengths, self.settings.trained_steps)  # (n,)
        losses = torch.empty(len(starts), device=self.ids.device)  # read once: no waiting for a GPU at each update
        for k, (start, rate) in enumerate(zip(torch.from_numpy(starts), rates.tolist(), strict=True)):
            at = start + torch.arange(int(steps[k]) + 1)[:, None]  # (T + 1, B)
            windows = self.ids[at.to(self.ids.device)]  # (T + 1, B)
            # the state is zero at the start of a sequence, unless it is carried and each continues where one ended
            scores, state = self.network(windows[:-1], self.carried if torch.equal(start, self.ends) else None)
            if self.settings.draws == "streams":
                self.ends, self.carried = at[-1], (state[0].detach(), state[1].detach())
            # summed over a sequence (§4.1), averaged over the batch
            loss = sequence_loss(scores.flatten(0, 1), windows[1:].flatten(), self.settings.output) / len(start)
            self.network.zero_grad()
            torch.autograd.backward(loss)
            for optimizer in self.optimizers:
                optimizer.param_groups[0]["lr"] = rate
                optimizer.step()
            losses[k] = loss.detach()
        return losses.cpu().numpy().astype(np.float64) / steps

    def weights(self) -> Weights:
        return self.network.weights()

    def state(self) -> Arrays:
        parts = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        for i, optimizer in enumerate(self.optimizers):
            for k, kept in optimizer.state_dict()["state"].items():
                parts |= {f"optimizer.{i}.{k}.{name}": value for name, value in kept.items()}
        if self.carried is not None:
            parts |= {"carried.ends": self.ends, "carried.h": self.carried[0], "carried.c": self.carried[1]}
        return {name: value.detach().cpu().numpy().copy() for name, value in parts.items()}

    def restore(self, state: Arrays) -> None:
        parts: dict[str, dict[str, torch.Tensor]] = {"network": {}, "optimizer": {}, "carried": {}}
        for name, value in state.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = torch.from_numpy(value.copy())
        try:
            self.network.load_state_dict(parts["network"])
        except RuntimeError as error:
            raise ValueError(str(error)) from None
        kept: list[dict[int, dict[str, torch.Tensor]]] = [defaultdict(dict) for _ in self.optimizers]
        for name, tensor in parts["optimizer"].items():
            i, k, rest = name.split(".", 2)
            kept[int(i)][int(k)][rest] = tensor
        for optimizer, own in zip(self.optimizers, kept, strict=True):
            optimizer.load_state_dict({**optimizer.state_dict(), "state": dict(own)})
        if carried := parts["carried"]:
            device = self.ids.device
            self.ends, self.carried = carried["ends"], (carried["h"].to(device), carried["c"].to(device))


def optimizers_of(network: Network, name: OptimizerName) -> list[torch.optim.Optimizer]:
    """The optimizers of a network, all at the same rate."""
    if name != "muon":
        return [OPTIMIZERS[name](network.parameters(), fused=True)]  # fused: the same step in one call
    matrices = [weight for weight in network.layers.parameters() if weight.ndim == 2]
    others = [weight for weight in network.parameters() if not any(weight is matrix for matrix in matrices)]
    return [Muon(matrices, GATES), torch.optim.Adam(others, fused=True)]


class CompiledRun:
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
            compiled.OPTIMIZERS[self.settings.optimizer],
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


class OneByOne:
    """Runs without shared arithmetic: each takes its updates in turn."""

    def __init__(self, runs: Sequence[AutogradRun | CompiledRun]) -> None:
        self.runs = runs

    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:
        return np.stack([run.take_updates(s, r, lengths) for run, s, r in zip(self.runs, starts, rates, strict=True)])

    def weights(self, run: int) -> Weights:
        return self.runs[run].weights()

    def state(self) -> Arrays:
        return {f"{k}.{name}": value for k, run in enumerate(self.runs) for name, value in run.state().items()}

    def restore(self, state: Arrays) -> None:
        for k, run in enumerate(self.runs):
            own = f"{k}."
            run.restore({name.removeprefix(own): value for name, value in state.items() if name.startswith(own)})


def learner_for(ids: Ids, n_symbols: int, runs: Sequence[Settings]) -> Learner:
    """The engine that the runs name, the same for all. Raises ValueError for what it cannot train."""
    if runs[0].engine in ("compiled", "batched") and not runs[0].fits_compiled:
        raise ValueError(f"engine {runs[0].engine} trains one layer and one sequence of T an update, from a zero state")
    if runs[0].engine == "batched":
        from maestro_lstm.model.training.batched import BatchedLearner

        return BatchedLearner(ids, n_symbols, runs)
    kind = CompiledRun if runs[0].engine == "compiled" else AutogradRun
    return OneByOne([kind(ids, n_symbols, settings) for settings in runs])
