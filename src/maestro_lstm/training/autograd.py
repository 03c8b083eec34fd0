"""A run by torch's autograd and optimizers, whatever the network: an objective says what its loss is."""

from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from maestro_lstm.model import ranks
from maestro_lstm.model.device import in_precision, kept_in
from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import Matrices, Network, Weights, initial_weights, sequence_loss
from maestro_lstm.plumbing.arrays import Arrays
from maestro_lstm.plumbing.choices import DECAYING, OptimizerName
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.training.muon import Muon
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.windows import Source, Starts

Doubles = npt.NDArray[np.float64]
Lengths = npt.NDArray[np.int64]

# Settings other than the learning rate and Adam's ε are PyTorch's defaults (§4.3). fused: the same step in one call.
# Muon is for matrices, and made by `optimizers_of`; a new one is a line here and a name in plumbing/choices.py.
OPTIMIZERS: dict[OptimizerName, Callable[[list[Tensor], Settings], torch.optim.Optimizer]] = {
    "sgd": lambda weights, _: torch.optim.SGD(weights, fused=True),
    "adagrad": lambda weights, _: torch.optim.Adagrad(weights, fused=True),
    "adam": lambda weights, run: (
        torch.optim.AdamW(weights, fused=True, eps=run.epsilon, weight_decay=run.weight_decay)
        if run.weight_decay
        else torch.optim.Adam(weights, fused=True, eps=run.epsilon)
    ),
}


class Objective(Protocol):
    """A network and what it learns from."""

    @property
    def network(self) -> nn.Module: ...

    def loss(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        """The loss of this rank's of B sequences.

        Args:
            starts: (B / ranks,) where they begin.
            length: T.
            state: (L, B / ranks, H) each, to continue from; zero if not given.

        Returns: the loss summed over a sequence and averaged over the batch, nats: its mean over the ranks is that of
            all B; the state after the last step.
        """

    def matrices(self) -> Matrices:
        """The weights for Muon."""

    def weights_of(self, network: nn.Module) -> Weights:
        """The weights of a network like its own, not a copy."""


class SymbolObjective:
    """Either network of `network.py`, and symbols."""

    def __init__(self, source: Source, n_symbols: int, settings: Settings) -> None:
        self.settings, self.source = settings, source
        deep = settings.layers, settings.skips, settings.look
        self.network = Network(n_symbols, settings.hidden, settings.engine, *deep)
        self.network.load_weights(initial_weights(n_symbols, settings.hidden, settings.seed, *deep))
        self.network.to(settings.device, kept_in(settings.precision))

    def loss(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        windows = torch.from_numpy(self.source.windows(starts.numpy(), length + 1))  # (T + 1, B)
        windows = windows.to(self.settings.device).long()
        scores, state = self.network(windows[:-1], state)
        # summed over a sequence (§4.1), averaged over the batch
        run = self.settings
        loss = sequence_loss(scores.flatten(0, 1), windows[1:].flatten(), run.output, run.sharpness) / len(starts)
        return loss, state

    def matrices(self) -> Matrices:
        return self.network.matrices()

    def weights_of(self, network: nn.Module) -> Weights:
        assert isinstance(network, Network)
        return network.weights()


class _Loss(nn.Module):
    """An objective's loss as a module, for DistributedDataParallel."""

    def __init__(self, objective: Objective) -> None:
        super().__init__()
        self.objective, self.network = objective, objective.network

    def forward(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        return self.objective.loss(starts, length, state)


class AutogradEngine:
    """One run by torch's autograd and optimizers; its sequences are divided among the ranks, if there are several."""

    def __init__(self, objective: Objective, settings: Settings) -> None:
        self.objective, self.network, self.settings = objective, objective.network, settings
        self.own = ranks.share(settings.batch)  # of B
        self.loss: nn.Module = _Loss(objective)
        if ranks.count() > 1:
            self.loss = DistributedDataParallel(self.loss)
        self.ends = torch.empty(0, dtype=torch.int64)  # (B,) where the last sequences ended, if the state is carried
        self.carried: State | None = None  # the state there, (L, B / ranks, H) each
        self.optimizers = optimizers_of(objective, settings)
        self.mean: AveragedModel | None = None
        if settings.averaging:
            mean_of = get_ema_multi_avg_fn(settings.averaging)  # type: ignore[no-untyped-call]
            self.mean = AveragedModel(self.network, multi_avg_fn=mean_of)

    def take_updates(self, starts: Starts, rates: Doubles, lengths: Lengths) -> Doubles:
        """(n, B), (n,), (n,) → (n,)."""
        steps = np.minimum(lengths, self.settings.trained_steps)  # (n,)
        # read once: no waiting for a GPU each update
        losses = torch.empty(len(starts), dtype=kept_in(self.settings.precision), device=self.settings.device)
        for k, (start, rate) in enumerate(zip(torch.from_numpy(starts), rates.tolist(), strict=True)):
            length = int(steps[k])
            # the state is zero at the start of a sequence, unless it is carried and each continues where one ended
            with in_precision(self.settings.device, self.settings.precision):
                goes_on = torch.equal(start, self.ends)
                if self.settings.dropout:  # what is dropped follows from seed and place: the same after a stop
                    torch.manual_seed((self.settings.seed << 40) + int(start[0]))
                loss, state = self.loss(start[self.own], length, self.carried if goes_on else None)
            if self.settings.draws == "streams":
                h, c, *memory = (part.detach() for part in state)
                kept = kept_in(self.settings.precision)
                self.ends, self.carried = start + length, (h.to(kept), c.to(kept), *memory)
            self.network.zero_grad()
            torch.autograd.backward(loss * self.settings.loss_scale)
            for optimizer in self.optimizers:
                for group in optimizer.param_groups:
                    group["lr"] = rate
                optimizer.step()
            if self.mean:
                self.mean.update_parameters(self.network)
            losses[k] = loss.detach()
        return ranks.mean(losses).cpu().numpy().astype(np.float64) / steps

    def weights(self) -> Weights:
        return self.objective.weights_of(self.mean.module if self.mean else self.network)

    def state(self) -> Arrays:
        parts = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        if self.mean:
            parts |= {f"mean.{name}": value for name, value in self.mean.state_dict().items()}
        for i, optimizer in enumerate(self.optimizers):
            for k, kept in optimizer.state_dict()["state"].items():
                parts |= {f"optimizer.{i}.{k}.{name}": value for name, value in kept.items()}
        if self.carried is not None:
            parts["carried.ends"] = self.ends
            for k, part in enumerate(self.carried):  # (L, B, H), (M, B, …)
                parts[f"carried.{k}"] = ranks.gathered(part, dim=1).to(kept_in(self.settings.precision))
        return {name: value.detach().cpu().numpy().copy() for name, value in parts.items()}

    def restore(self, state: Arrays) -> None:
        parts: dict[str, dict[str, torch.Tensor]] = {"network": {}, "mean": {}, "optimizer": {}, "carried": {}}
        for name, value in state.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = torch.from_numpy(value.copy())
        try:
            self.network.load_state_dict(parts["network"])
            if self.mean:
                self.mean.load_state_dict(parts["mean"])
        except RuntimeError as error:
            raise ValueError(str(error)) from None
        kept: list[dict[int, dict[str, torch.Tensor]]] = [defaultdict(dict) for _ in self.optimizers]
        for name, tensor in parts["optimizer"].items():
            i, k, rest = name.split(".", 2)
            kept[int(i)][int(k)][rest] = tensor
        for optimizer, own in zip(self.optimizers, kept, strict=True):
            optimizer.load_state_dict({**optimizer.state_dict(), "state": dict(own)})
        if carried := parts["carried"]:
            self.ends = carried.pop("ends")
            whole = (carried[name] for name in sorted(carried, key=int))
            self.carried = tuple(part[:, self.own].to(self.settings.device) for part in whole)


def optimizers_of(objective: Objective, settings: Settings) -> list[torch.optim.Optimizer]:
    """The optimizers of a network, all at the same rate. Raises BadSetting for a decay that the optimizer has not."""
    parameters: list[Tensor] = list(objective.network.parameters())
    decay = settings.weight_decay
    if decay and settings.optimizer not in DECAYING:
        raise BadSetting(f"weight_decay: {settings.optimizer} has none; use {' or '.join(DECAYING)}, or 0")
    if settings.optimizer != "muon":
        return [OPTIMIZERS[settings.optimizer](parameters, settings)]
    matrices = objective.matrices()
    by_muon = {weight for stacked in matrices.values() for weight in stacked}
    others = [weight for weight in parameters if weight not in by_muon]
    precision = torch.bfloat16 if settings.precision == "bfloat16" else kept_in(settings.precision)
    groups = [{"params": weights, "gates": stacked} for stacked, weights in matrices.items()]
    muon = Muon(groups, precision=precision, weight_decay=decay)
    return [muon, torch.optim.AdamW(others, fused=True, weight_decay=decay)]
