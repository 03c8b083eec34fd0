"""The processes that share one training's sequences: torchrun's ranks, or this one alone.

Every rank takes its own columns of each update; gradients are averaged by DistributedDataParallel, and what the loop
reports and keeps by the functions here. All of them must be called by every rank, in the same order. Dropout draws the
same, however many there are.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.torchrun import is_first, started

T = TypeVar("T")


def count() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def threads(wanted: int) -> int:
    """A rank's part of the threads that an update has on each machine."""
    return max(wanted // int(os.environ["LOCAL_WORLD_SIZE"]), 1) if count() > 1 else wanted


@contextmanager
def group(device: str, batches: Sequence[int]) -> Iterator[None]:
    """The ranks at work together. Afterwards, or at once if an update has one sequence, the first goes on alone.

    Args:
        device: cpu (gloo) or cuda (nccl, a GPU for each rank of a machine).
        batches: B of each training.

    Raises: UserError where a batch cannot be divided evenly, and where another rank is lost.
    """
    if started() and all(batch > 1 for batch in batches):
        if is_first():  # the others wait, and end with it
            for batch in batches:
                part_of(batch, int(os.environ["WORLD_SIZE"]))
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        try:
            yield
        except RuntimeError as error:
            if not any(word in str(error).lower() for word in ("gloo", "nccl", "connection")):
                raise
            raise UserError("another process of the training was lost: run it again to resume") from None
        finally:
            dist.destroy_process_group()
    elif is_first():
        yield
    if not is_first():
        sys.exit(0)


def part_of(batch: int, processes: int) -> int:
    """How many of an update's B sequences each process has. Raises UserError where they cannot be divided evenly."""
    if batch % processes:
        raise UserError(f"batch: {batch} sequences cannot be divided among {processes} processes")
    return batch // processes


def share(batch: int) -> slice:
    """This rank's own of an update's B sequences. Raises UserError where they cannot be divided evenly."""
    each = part_of(batch, count())
    first = dist.get_rank() * each if each < batch else 0
    return slice(first, first + each)


def mean(value: Tensor) -> Tensor:
    """The mean over the ranks; the value itself where there is one."""
    if count() == 1:
        return value
    total = value.detach().clone() if value.is_floating_point() else value.float()
    dist.all_reduce(total)
    return total / count()


def total(value: float) -> float:
    """The sum over the ranks."""
    if count() == 1:
        return value
    device = "cuda" if dist.get_backend() == "nccl" else "cpu"
    return count() * float(mean(torch.tensor(value, dtype=torch.float64, device=device)))


def gathered(part: Tensor, dim: int) -> Tensor:
    """The parts of all ranks side by side."""
    if count() == 1:
        return part
    parts = [torch.empty_like(part) for _ in range(count())]
    dist.all_gather(parts, part.contiguous())
    return torch.cat(parts, dim=dim)


def from_first(value: T) -> T:
    """The first rank's value."""
    if count() == 1:
        return value
    values = [value]
    dist.broadcast_object_list(values)
    return values[0]


class Dropout(nn.Dropout):
    """torch.nn.Dropout of (T, B, H); each of several ranks draws for all sequences and takes its own.

    One rank on a GPU does so, too: torch's own dropout draws otherwise there, and the masks would depend on the number
    of ranks.
    """

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.p or (count() == 1 and not x.is_cuda):
            return super().forward(x)
        batch = x.shape[1] * count()
        kept = torch.empty(x.shape[0], batch, x.shape[2], dtype=x.dtype, device=x.device).bernoulli_(1 - self.p)
        return x * kept.div_(1 - self.p)[:, share(batch)]
