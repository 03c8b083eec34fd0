"""Rows of several pieces side by side, as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from maestro_lstm.model.lstm import State
from maestro_lstm.tokens.note_tokens import RELEASED, SOUNDS, START, Rows
from maestro_lstm.tokens.quantize import EDGES


class Said(NamedTuple):
    """What rows say, (T, B) each, and what sounds at them."""

    delta: Tensor  # steps
    pitch: Tensor  # key 0–87, UP, DOWN, or START
    force: Tensor  # 0–31
    duration: Tensor  # steps
    left: Tensor  # (T, B, 88) as in `Rows`
    ends: Tensor  # (T, B, ENDS) steps; 0: none


@dataclass(frozen=True)
class Batch:
    """T rows of B pieces, each to be said after the rows before it."""

    before: Said  # (T, B, …) the row before each
    rows: Said  # (T, B, …)
    valid: Tensor  # (T, B) whether there is a row: a piece need not fill its place
    fresh: Tensor  # (B,) whether a piece begins here, from a zero state


def batch_of(parts: Sequence[tuple[Rows, int]], length: int, device: str = "cpu") -> Batch:
    """The next rows of several pieces.

    Args:
        parts: each piece and how many of its rows were said before.
        length: T; a piece that has fewer left is filled up with rows that do not count.
    """
    shape = (length + 1, len(parts))
    columns = {name: np.zeros((*shape, *getattr(parts[0][0], name).shape[1:]), np.int32) for name in Said._fields}
    valid = np.zeros((length, len(parts)), np.bool_)
    for b, (rows, first) in enumerate(parts):
        n = min(len(rows) - first, length + 1)
        for name, column in columns.items():
            column[:n, b] = getattr(rows, name)[first : first + n]
        valid[: n - 1, b] = True
    columns["pitch"] = np.minimum(columns["pitch"], START)
    whole = Said(*(torch.from_numpy(column).to(device).long() for column in columns.values()))
    fresh = torch.tensor([first == 0 for _, first in parts], device=device)
    return Batch(
        Said(*(column[:-1] for column in whole)),
        Said(*(column[1:] for column in whole)),
        torch.from_numpy(valid).to(device),
        fresh,
    )


def sounding_table() -> Tensor:
    """(2 + C,) what a key's code in `left` is as an input: 0 where it is silent, −1 where it was released just now."""
    middle = torch.tensor([(low + high - 1) / 2 for low, high in pairwise(EDGES.tolist())])
    table = torch.cat((torch.zeros(SOUNDS), 0.2 + middle.log1p() / 4))
    table[RELEASED] = -1
    return table


def carried(state: State | None, fresh: Tensor) -> State | None:
    """A state, (L, B, H) each and a memory, (M, B, …), set to zero where a piece begins, (B,)."""
    keep = (~fresh)[None, :, None]
    return None if state is None else tuple(part * keep for part in state)
