"""Performances as streams: pieces in random order, each drawn in another key and tempo, cut into windows.

A piece is read from the columns when a stream comes to it, so a corpus need not fit into memory. Everything follows
from the seed and the place, so a training that was stopped draws the same again.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from maestro_lstm.tokens.columns import Performances
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import Steps, quantize
from maestro_lstm.tokens.transpose import keys_within
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

E = TypeVar("E")  # a piece as a network reads it


class Streams(Generic[E]):
    """All epochs of a split, as B streams side by side.

    A window never holds two pieces: a piece's last one is filled up, and counts for what it has.

    Args:
        pieces: of the split.
        sizes: (P,) how many steps of a network each piece is.
        length: T, steps of a window.
        batch: B.
        epochs: passes through the split, each in an order of its own.
        transpose: semitones, at most, up or down.
        stretch: share of its time by which a piece is at most slower or faster.
        encode: a piece's steps to what the network reads.
    """

    def __init__(
        self,
        pieces: Performances,
        sizes: Sequence[int],
        length: int,
        batch: int,
        epochs: int,
        transpose: int,
        stretch: float,
        seed: int,
        encode: Callable[[Steps], E],
    ) -> None:
        self.pieces, self.length, self.encode = pieces, length, encode
        self.transpose, self.stretch, self.seed = transpose, stretch, seed
        random = np.random.default_rng(seed)
        self.order = np.concatenate([random.permutation(len(pieces)) for _ in range(epochs)])  # (K,)
        windows = -(-np.asarray(sizes)[self.order] // length)  # (K,) of each piece
        self.first = np.concatenate(([0], np.cumsum(windows)))  # (K + 1,) the first window of each
        self.updates = int(self.first[-1]) // batch
        self.batch = batch
        self._drawn: OrderedDict[int, E] = OrderedDict()

    def starts(self) -> npt.NDArray[np.int64]:
        """Where each update's windows begin, (n, B), in steps of a network from the streams' beginning."""
        place = np.arange(self.updates)[:, None] + self.updates * np.arange(self.batch)
        return place * self.length

    def part(self, start: int) -> tuple[E, int]:
        """The piece in which a window begins, and the steps of it that lie before."""
        window = start // self.length
        k = int(np.searchsorted(self.first, window, side="right")) - 1
        return self._piece(k), (window - int(self.first[k])) * self.length

    def _piece(self, k: int) -> E:
        if k in self._drawn:
            self._drawn.move_to_end(k)
            return self._drawn[k]
        while len(self._drawn) >= self.batch:
            self._drawn.popitem(last=False)
        piece, random = self.pieces[int(self.order[k])], np.random.default_rng((self.seed, k))
        stretch = 1 + self.stretch * random.uniform(-1, 1)
        semitones = int(random.choice(keys_for(piece, self.transpose)))
        self._drawn[k] = self.encode(quantize(piece, stretch, semitones))
        return self._drawn[k]


def keys_for(piece: Performance, most: int) -> npt.NDArray[np.int64]:
    """The transpositions, in semitones from −most to most, that leave every note of a piece on the piano; 0 for a piece
    that is not on it."""
    pitches = piece.pitch[piece.is_note].astype(np.int64)
    on_it = len(pitches) and LOWEST_PITCH <= pitches.min() <= pitches.max() <= HIGHEST_PITCH
    return keys_within(pitches, most) if on_it else np.zeros(1, dtype=np.int64)
