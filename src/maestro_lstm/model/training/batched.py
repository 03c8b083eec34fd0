"""Many runs trained as one, for a GPU: candidates and seeds of a sweep share every product.

One sequence of one run leaves a GPU idle, so the weights of R runs are stacked and every operation covers all R at
once. The runs share T and sizes; optimizer, learning rate, loss and seed are each run's own. On a GPU the whole update
is captured once as a CUDA graph and then replayed: launching its thousands of small kernels would take longer than
running them. The same code without the graph runs on a CPU, where the tests compare it with the other engines.

A run's last bits depend on how many it was trained with: libraries choose kernels by size.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as F

from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.networks.layout import NAMES, Parts, pack, split
from maestro_lstm.model.networks.network import Weights, initial_weights
from maestro_lstm.model.networks.optimizers import ADAGRAD_EPS, ADAM_EPS, BETA1, BETA2
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.plumbing.arrays import Arrays

WARM_UP = 3  # updates before a capture, for libraries to set themselves up


class BatchedLearner:
    """R runs trained together; a `learners.Learner`."""

    def __init__(self, ids: Ids, n_symbols: int, runs: Sequence[Settings]) -> None:
        one, device = runs[0], runs[0].device
        self.sizes, self.seq_len, self.device = (n_symbols, one.hidden), one.trained_steps, torch.device(device)
        self.ids = torch.from_numpy(ids.astype(np.int64)).to(device)  # (S,)
        packed = [pack(initial_weights(n_symbols, one.hidden, run.seed)) for run in runs]
        self.flat = torch.from_numpy(np.stack(packed)).to(device).requires_grad_()  # (R, P)
        self.mean, self.square = torch.zeros_like(self.flat), torch.zeros_like(self.flat)  # of the gradient
        # what each run uses, (R, 1) or (R, 1, 1): everything is computed for all runs, and the right one taken
        self.adam = torch.tensor([[run.optimizer == "adam"] for run in runs], device=device)
        self.adagrad = torch.tensor([[run.optimizer == "adagrad"] for run in runs], device=device)
        self.twice = torch.tensor([[[run.output == "softmax"]] for run in runs], device=device)
        # an update reads and writes fixed tensors, so that a captured one finds them
        self.done = torch.zeros(1, dtype=torch.float64, device=device)  # updates so far
        self.at = torch.zeros(1, dtype=torch.int64, device=device)  # the next column of starts, rates and losses
        self.starts = torch.zeros(len(runs), one.log_every, dtype=torch.int64, device=device)
        self.rates = torch.zeros(len(runs), one.log_every, dtype=torch.float64, device=device)
        self.losses = torch.zeros(len(runs), one.log_every, device=device)
        self.offsets = torch.arange(self.seq_len + 1, device=device)  # (T + 1,)
        self._update: Callable[[], None] | None = None

    def take_updates(
        self,
        starts: npt.NDArray[np.int64],
        rates: npt.NDArray[np.float64],
        lengths: npt.NDArray[np.int64],  # noqa: ARG002 (one T)
    ) -> npt.NDArray[np.float64]:
        """(R, n, 1), (R, n), (n,) → (R, n); n at most log_every."""
        n = starts.shape[1]
        self.starts[:, :n] = torch.from_numpy(starts[:, :, 0])
        self.rates[:, :n] = torch.from_numpy(rates)
        self.at.zero_()
        if self._update is None:
            self._update = self._captured() if self.device.type == "cuda" else self.update
        for _ in range(n):
            self._update()
        return self.losses[:, :n].cpu().numpy().astype(np.float64) / self.seq_len

    def weights(self, run: int) -> Weights:
        parts = split(self.flat[run].detach(), *self.sizes)
        return {name: part.T if part.ndim == 2 else part for name, part in zip(NAMES, parts, strict=True)}

    def state(self) -> Arrays:
        return {name: tensor.detach().cpu().numpy().copy() for name, tensor in self._memory().items()}

    def restore(self, state: Arrays) -> None:
        # in place: a captured update finds them there
        for name, tensor in self._memory().items():
            if state[name].shape != tuple(tensor.shape):
                raise ValueError(f"{name} is of shape {state[name].shape}, not {tuple(tensor.shape)}")
            tensor.copy_(torch.from_numpy(state[name].copy()))

    def _memory(self) -> dict[str, Tensor]:
        """The tensors that outlive an update."""
        return {"w": self.flat.data, "mean": self.mean, "square": self.square, "done": self.done}

    def update(self) -> None:
        """The update in column `at`, of all runs. It reads and writes only the learner's own tensors."""
        starts = self.starts.index_select(1, self.at)  # (R, 1)
        windows = self.ids[starts + self.offsets]  # (R, T + 1)
        losses = self.loss(windows[:, :-1], windows[:, 1:])  # (R,)
        (gradient,) = torch.autograd.grad(losses.sum(), self.flat)  # (R, P): no run's loss depends on another's weights
        self.losses.index_copy_(1, self.at, losses.detach()[:, None])
        self.done += 1
        self.at += 1
        self.step(gradient, self.rates.index_select(1, self.at - 1))

    def loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Ids (R, T) and the ids after them → each run's loss, summed over T, (R,)."""
        w = self._parts()
        runs, (n_symbols, hidden) = len(x), self.sizes
        one_hot = F.one_hot(x, n_symbols).to(self.flat.dtype)  # (R, T, V)
        u = torch.baddbmm((w.b_U + w.b_W)[:, None], one_hot, w.U)  # (R, T, 4H)
        h = c = u.new_zeros(runs, 1, hidden)
        states = []
        for u_t in u.unbind(1):  # (R, 4H)
            i, f, g, o = torch.baddbmm(u_t[:, None], h, w.W).chunk(4, dim=2)  # (R, 1, H) each
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            states.append(h)
        scores = torch.baddbmm(w.b_V[:, None], torch.cat(states, dim=1), w.V)  # (R, T, V)
        given = torch.where(self.twice, torch.softmax(scores, dim=2), scores)
        return -torch.log_softmax(given, dim=2).gather(2, y[:, :, None]).sum(dim=(1, 2))

    @torch.no_grad()
    def step(self, gradient: Tensor, rates: Tensor) -> None:
        """Each run's own optimizer, at its rate, (R, 1): the formulas of optimizers.py."""
        self.mean.lerp_(gradient, 1 - BETA1)
        adam_square = self.square * BETA2 + gradient * gradient * (1 - BETA2)
        self.square.copy_(torch.where(self.adam, adam_square, self.square + gradient * gradient))
        corrected = self.square.sqrt() / (1 - BETA2**self.done).sqrt().to(gradient.dtype)
        by_adam = self.mean / (1 - BETA1**self.done).to(gradient.dtype) / (corrected + float(ADAM_EPS))
        by_adagrad = gradient / (self.square.sqrt() + float(ADAGRAD_EPS))
        direction = torch.where(self.adam, by_adam, torch.where(self.adagrad, by_adagrad, gradient))
        self.flat.sub_(rates.to(gradient.dtype) * direction)

    def _parts(self) -> Parts[Tensor]:
        """The parts of all runs' weights, (R, …) each, by the same split as one run's."""
        return split(self.flat, *self.sizes)

    def _captured(self) -> Callable[[], None]:
        """The update as a CUDA graph. What warm-up and capture changed is restored."""
        own = [*self._memory().values(), self.at]
        before = [tensor.clone() for tensor in own]
        aside = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]
        aside.wait_stream(torch.cuda.current_stream(self.device))
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self.at.zero_()
                self.update()
        torch.cuda.current_stream(self.device).wait_stream(aside)
        self.at.zero_()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.update()
        for tensor, value in zip(own, before, strict=True):
            tensor.copy_(value)
        return graph.replay
