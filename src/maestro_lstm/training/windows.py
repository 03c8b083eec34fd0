"""Ids to windows: where each training sequence begins (paper §4.3).

A window is T ids as input and the T ids one place later as target. An update takes B of them.
"""

from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.tokens.transpose import bounds_of, keys_on_the_piano, table_of
from maestro_lstm.tokens.vocabulary import Ids

Starts = npt.NDArray[np.int64]


def check_seq_len(seq_len: int, n_symbols: int, split: str, key: str = "seq_len", parts: int = 1) -> None:
    """Raise UserError, naming `key` of params.yaml, unless each of `parts` equal parts of a split holds a window of
    seq_len."""
    longest = (n_symbols - 1) // parts
    if seq_len > longest:
        where = f" in {parts} parts" if parts > 1 else ""
        raise BadSetting(
            f"{key}: {seq_len} is longer than the {split} split{where}, {n_symbols:,} symbols; take at most {longest:,}"
        )


def updates_per_epoch(n_symbols: int, seq_len: int, batch: int = 1) -> int:
    """⌊symbols / (B T)⌋; §4.3 has B = 1."""
    return n_symbols // (seq_len * batch)


def draw_starts(
    n_symbols: int, seq_len: int, n_updates: int, seed: int | np.random.SeedSequence, batch: int = 1
) -> Starts:
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


class Source(Protocol):
    """Symbols that windows are cut from."""

    def __len__(self) -> int: ...

    def windows(self, starts: Starts, length: int) -> Ids:
        """(B,) where they begin → (length, B)."""


class Plain:
    """A split as it is; mapped into memory, only what is cut is read."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids

    def __len__(self) -> int:
        return len(self.ids)

    def windows(self, starts: Starts, length: int) -> Ids:
        cut: Ids = self.ids[starts + np.arange(length)[:, None]]
        return cut


class Transposed:
    """All epochs of a split, end to end. Each has the pieces in random order, each transposed by a random number of
    semitones that leaves it on the piano.

    Streams cut this into as many parts as an update has sequences, so they run through different epochs in parallel. A
    piece is transposed when a window comes to it, so the epochs need no memory.

    Args:
        ids: (S,) the split.
        most: semitones, up or down.
    """

    def __init__(self, ids: Ids, epochs: int, most: int, seed: int) -> None:
        self.ids, self.bounds = ids, bounds_of(ids)
        choices = [keys_on_the_piano(ids[first:end], most) for first, end in pairwise(self.bounds.tolist())]
        random = np.random.default_rng(seed)
        order, keys = [], []  # (epochs · P,)
        for _ in range(epochs):
            for k in random.permutation(len(choices)).tolist():
                order.append(k)
                keys.append(int(random.choice(choices[k])))
        self.order, self.keys = np.array(order, dtype=np.int64), keys
        # (epochs · P + 1,) where each begins, and the end
        self.first = np.concatenate(([0], np.cumsum(np.diff(self.bounds)[self.order])))

    def __len__(self) -> int:
        return int(self.first[-1])

    def windows(self, starts: Starts, length: int) -> Ids:
        return np.stack([self.span(start, start + length) for start in starts.tolist()], axis=1)

    def span(self, start: int, end: int) -> Ids:
        """The symbols from one place to another."""
        first, last = np.searchsorted(self.first, (start, end - 1), side="right") - 1
        parts = []
        for k in range(first, last + 1):
            begins = int(self.bounds[self.order[k]]) - int(self.first[k])  # of the whole, seen from the split
            piece = self.ids[begins + max(start, self.first[k]) : begins + min(end, self.first[k + 1])]
            parts.append(table_of(self.keys[k])[piece])
        return np.concatenate(parts)
