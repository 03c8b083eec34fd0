"""Ids → windows: where a training sequence begins, and what validation looks at (paper §4.3, evaluation).

A window is T ids as input and the T ids one place on as target.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.errors import UserError
from maestro_lstm.symbols import Ids


def check_seq_len(seq_len: int, n_symbols: int, split: str, key: str = "seq_len") -> None:
    """Raise UserError, naming `key` of params.yaml, unless a split of n_symbols holds one window of seq_len."""
    if seq_len + 1 > n_symbols:
        raise UserError(
            f"params.yaml: {key}: {seq_len} is longer than the {split} split, {n_symbols:,} symbols; "
            f"take at most {n_symbols - 1:,}"
        )


def updates_per_epoch(n_symbols: int, seq_len: int) -> int:
    """⌊symbols / T⌋ (§4.3)."""
    return n_symbols // seq_len


def draw_starts(n_symbols: int, seq_len: int, n_updates: int, seed: int) -> npt.NDArray[np.int64]:
    """Where each update's window begins: (n_updates,), uniform over all places at which a whole window fits."""
    return np.random.default_rng(seed).integers(0, n_symbols - seq_len, size=n_updates)


def starts_in_order(n_symbols: int, seq_len: int, n_updates: int) -> npt.NDArray[np.int64]:
    """Where each update's window begins in a pass in order: (n_updates,), each where the one before ended, and again
    from the first symbol on after the last whole window."""
    return np.arange(n_updates, dtype=np.int64) % ((n_symbols - 1) // seq_len) * seq_len


def spaced_windows(ids: Ids, seq_len: int, every: int) -> tuple[Ids, Ids]:
    """Windows of T symbols, one in every `every` T, strung together: the symbols that validation looks at.

    The state is carried from one window to the next (across pieces too), so that the windows are one sequence.

    Returns: inputs and targets, (⌈(S − T) / (every · T)⌉ · T,) each for S ids.
    """
    starts = np.arange(0, len(ids) - seq_len, every * seq_len)
    at = (starts[:, None] + np.arange(seq_len)).ravel()
    return ids[at], ids[at + 1]
