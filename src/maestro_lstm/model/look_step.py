"""A look back one row at a time, in NumPy, for sampling: the memory is an array that grows, not one that moves.

The letters are those of look.py.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.model.look import NEARER
from maestro_lstm.plumbing.choices import LookSize

Floats = npt.NDArray[np.float32]


@dataclass
class Store:
    """Where keys and values are kept. Several memories may share one, if each went on from another."""

    k: Floats  # (B, N, room, D)
    v: Floats  # (B, N, room, D)
    end: int  # places taken


@dataclass(frozen=True)
class StepMemory:
    """The keys and values of the last M rows, and the key that waits for the next row."""

    store: Store
    first: int  # they lie from `first` to `end`
    end: int
    key: Floats | None  # (B, N, D); None before the first row

    def then(self, key: Floats, value: Floats, memory: int) -> "StepMemory":
        """With a row more, whose own key waits; (B, N, D) each."""
        store, first, end = self.store, self.first, self.end
        if self.key is None:
            return StepMemory(store, first, end, key)
        if end < store.end or end == store.k.shape[2]:  # another memory went on from here, too, or it is full
            first = max(first, end - memory + 1)
            store, first, end = _copied(store.k[:, :, first:end], store.v[:, :, first:end], memory), 0, end - first
        store.k[:, :, end], store.v[:, :, end] = self.key, value
        store.end = end + 1
        return StepMemory(store, max(first, end + 1 - memory), end + 1, key)


def _copied(k: Floats, v: Floats, memory: int) -> Store:
    """A store that begins with these, (B, N, S, D), and has room for more."""
    batch, heads, taken, width = k.shape
    room = min(max(2 * taken, 64), taken + memory)
    arrays = [np.empty((batch, heads, room, width), np.float32) for _ in range(2)]
    for array, rows in zip(arrays, (k, v), strict=True):
        array[:, :, :taken] = rows
    return Store(arrays[0], arrays[1], taken)


class LookStep:
    """The layer.

    Args:
        QKVG: (4W, H)
        X: (W, X)
        out: (H, W) O
    """

    def __init__(self, size: LookSize, QKVG: Floats, X: Floats, out: Floats) -> None:
        self.size = size
        self.QKVG, self.X, self.O = (np.ascontiguousarray(matrix.T) for matrix in (QKVG, X, out))
        back = np.arange(size.memory)[::-1]
        a = NEARER * np.arange(size.heads)
        self.bias = (-a[:, None] * np.log1p(back)).astype(np.float32)  # (N, M), the last for the row itself

    def start(self, batch: int) -> StepMemory:
        """An empty memory."""
        none = np.empty((batch, self.size.heads, 0, self.size.width), np.float32)
        return StepMemory(_copied(none, none, self.size.memory), 0, 0, None)

    def __call__(self, x: Floats, h: Floats, memory: StepMemory) -> tuple[Floats, StepMemory]:
        """A look after a row.

        Args:
            x: (B, W) X times the row's inputs.
            h: (B, H) what the first layer shows.

        Returns: (B, H) what it shows with the look, and the memory then.
        """
        size = self.size
        parts = (h @ self.QKVG).reshape(len(h), 4, size.heads, size.width)
        q, k, v, g = (parts[:, part] for part in range(4))  # (B, N, D) each
        memory = memory.then(k, v + x.reshape(v.shape), size.memory)
        rows = slice(memory.first, memory.end)
        keys, values = memory.store.k[:, :, rows], memory.store.v[:, :, rows]  # (B, N, S, D)
        if not keys.shape[2]:
            return h, memory
        scores = (keys @ q[..., None])[..., 0] / np.float32(math.sqrt(size.width))  # (B, N, S)
        scores += self.bias[:, -scores.shape[2] :]
        highest = np.maximum(scores.max(axis=2, keepdims=True), 0)
        p = np.exp(scores - highest)
        p /= p.sum(axis=2, keepdims=True) + np.exp(-highest)  # to find nothing has a score of 0
        found = (p[:, :, None] @ values)[:, :, 0]  # (B, N, D)
        gate = np.float32(0.5) * (np.tanh(np.float32(0.5) * g) + 1)
        return h + (gate * found).reshape(x.shape) @ self.O, memory
