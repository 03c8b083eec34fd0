"""Attention over the rows of a sequence and those kept from before it, for the look of a recurrent network and for a
Transformer.

T rows, S places, B pieces, N heads of D, W = N D.
"""

import math

import torch
from torch import Tensor

NEVER = -1e4  # a score, also in bfloat16


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, bias: Tensor, there: Tensor) -> Tensor:
    """Σ p v of each row, p ∝ exp(q · k / √D + bias).

    Args:
        q: (T, B, W)
        k, v: (S, B, W)
        bias: (N, T, S) the same for all pieces.
        there: (S, B, 1) 1 where a piece has that place, else 0.

    Returns: (T, B, W)
    """
    q, k, v = (_by_head(rows, heads) for rows in (q / math.sqrt(q.shape[2] // heads), k, v))  # (B, N, …, D)
    scores = q @ k.mT  # (B, N, T, S)
    scores += bias.to(scores.dtype)
    scores += (NEVER * (1 - there.to(scores.dtype))).permute(1, 2, 0)[:, :, None]  # (B, 1, 1, S)
    p = scores.softmax(dim=3).to(v.dtype)  # (B, N, T, S)
    return (p @ v).permute(2, 0, 1, 3).flatten(2)


def _by_head(rows: Tensor, heads: int) -> Tensor:
    """(…, B, W) → (B, N, …, D)"""
    return rows.view(*rows.shape[:2], heads, -1).permute(1, 2, 0, 3)


def rows_back(rows: int, places: int, device: torch.device) -> Tensor:
    """t − s of the last T of S places, (T, S): 0 of a row's own, negative of those after it."""
    t = torch.arange(places - rows, places, device=device)[:, None]
    return t - torch.arange(places, device=device)


def within(memory: int, bias: Tensor, back: Tensor) -> Tensor:
    """A bias, (N, T, S), but NEVER after the row and from `memory` rows back on."""
    return torch.where((back >= 0) & (back < memory), bias, NEVER)
