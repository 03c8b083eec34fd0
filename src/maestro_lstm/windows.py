"""Ids → windows: where a training sequence begins, and what validation looks at (paper §4.3, evaluation).

A window is T ids as input and the T ids one place on as target. B is how many an update takes.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.errors import UserError
from maestro_lstm.symbols import Ids

Starts = npt.NDArray[np.int64]


def check_seq_len(seq_len: int, n_symbols: int, split: str, key: str = "seq_len", parts: int = 1) -> None:
    """Raise UserError, naming `key` of params.yaml, unless a split of n_symbols holds a window of seq_len in each of
    so many equal parts."""
    longest = (n_symbols - 1) // parts
    if seq_len > longest:
        told = f" in {parts} parts" if parts > 1 else ""
        raise UserError(
            f"params.yaml: {key}: {seq_len} is longer than the {split} split{told}, {n_symbols:,} symbols; "
            f"take at most {longest:,}"
        )


def updates_per_epoch(n_symbols: int, seq_len: int, batch: int = 1) -> int:
    """⌊symbols / (B T)⌋; §4.3 has B = 1."""
    return n_symbols // (seq_len * batch)


def draw_starts(n_symbols: int, seq_len: int, n_updates: int, seed: int, batch: int = 1) -> Starts:
    """Where each update's windows begin: (n_updates, B), uniform over all places at which a whole window fits."""
    return np.random.default_rng(seed).integers(0, n_symbols - seq_len, size=(n_updates, batch))


def starts_in_order(n_symbols: int, lengths: npt.NDArray[np.int64], batch: int = 1) -> Starts:
    """Where each update's windows begin in a pass in order: (n_updates, B). The split is cut into B equal parts, and
    in each a window begins where the one before ended, or again at the part's first symbol where no whole one is left.

    Args:
        lengths: (n_updates,) T of each update.
    """
    part = (n_symbols - 1) // batch
    places, place = [], 0
    for length in lengths.tolist():
        if place + length > part:
            place = 0
        places.append(place)
        place += length
    return np.array(places, dtype=np.int64)[:, None] + part * np.arange(batch, dtype=np.int64)


def spaced_windows(ids: Ids, seq_len: int, every: int) -> tuple[Ids, Ids]:
    """Windows of T symbols, one in every `every` T, strung together: the symbols that validation looks at.

    The state is carried from one window to the next (across pieces too), so that the windows are one sequence.

    Returns: inputs and targets, (⌈(S − T) / (every · T)⌉ · T,) each for S ids.
    """
    starts = np.arange(0, len(ids) - seq_len, every * seq_len)
    at = (starts[:, None] + np.arange(seq_len)).ravel()
    return ids[at], ids[at + 1]
