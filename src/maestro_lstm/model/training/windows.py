"""Ids to windows: where each training sequence begins (paper §4.3).

A window is T ids as input and the T ids one place later as target. An update takes B of them.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.data.vocabulary.keys import keys_on_the_piano, split_at_ends, transposed
from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.plumbing.errors import UserError

Starts = npt.NDArray[np.int64]


def check_seq_len(seq_len: int, n_symbols: int, split: str, key: str = "seq_len", parts: int = 1) -> None:
    """Raise UserError, naming `key` of params.yaml, unless each of `parts` equal parts of a split holds a window of
    seq_len."""
    longest = (n_symbols - 1) // parts
    if seq_len > longest:
        where = f" in {parts} parts" if parts > 1 else ""
        raise UserError(
            f"params.yaml: {key}: {seq_len} is longer than the {split} split{where}, {n_symbols:,} symbols; "
            f"take at most {longest:,}"
        )


def updates_per_epoch(n_symbols: int, seq_len: int, batch: int = 1) -> int:
    """⌊symbols / (B T)⌋; §4.3 has B = 1."""
    return n_symbols // (seq_len * batch)


def draw_starts(n_symbols: int, seq_len: int, n_updates: int, seed: int, batch: int = 1) -> Starts:
    """Where each update's windows begin: (n_updates, B), uniform over all places where a whole window fits."""
    return np.random.default_rng(seed).integers(0, n_symbols - seq_len, size=(n_updates, batch))


def starts_in_order(n_symbols: int, lengths: npt.NDArray[np.int64], batch: int = 1) -> Starts:
    """Where each update's windows begin in a pass in order: (n_updates, B). The split is cut into B equal parts; in
    each a window begins where the last one ended, or at the part's first symbol again when no whole window is left.

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


def epochs_transposed(ids: Ids, epochs: int, most: int, seed: int) -> Ids:
    """All epochs concatenated, (epochs · S,) for the (S,) ids of a split. Each epoch has the pieces in random order,
    each transposed by a random number of semitones from −most to most that leaves it on the piano.

    Streams cut the result into as many parts as an update has sequences, so they run through different epochs in
    parallel.
    """
    random = np.random.default_rng(seed)
    pieces = split_at_ends(ids)
    choices = [keys_on_the_piano(piece, most) for piece in pieces]
    order = (k for _ in range(epochs) for k in random.permutation(len(pieces)).tolist())
    return np.concatenate([transposed(pieces[k], int(random.choice(choices[k]))) for k in order])
