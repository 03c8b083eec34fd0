"""What counting alone says of a note: how often each value comes, and how often after the value before.

Times are counted by class and are anywhere alike inside, as for the network.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from maestro_lstm.performances.note_tokens import KEYS, Rows, to_rows
from maestro_lstm.performances.performance import Performance
from maestro_lstm.performances.quantize import BINS, quantize
from maestro_lstm.performances.times import CLASS_OF, CLASSES, WIDTH

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]

SIZES = (CLASSES, KEYS, BINS, CLASSES)
PRIOR = 10.0  # counts that the unconditional distribution adds to each row of the first-order one


def codes_of(piece: Performance) -> Ints:
    """(N, 4) the classes of each note's fields."""
    rows: Rows = to_rows(quantize(piece))
    fields = (CLASS_OF[rows.delta], rows.pitch, rows.force, CLASS_OF[rows.duration])
    return np.stack([field[1:] for field in fields], axis=1).astype(np.int64)


class Histograms:
    """Counts of the training split: each field by itself, and each after its own value in the note before."""

    def __init__(self, pieces: Iterable[Performance]) -> None:
        self.alone = [np.ones(size) for size in SIZES]  # add one: no value is impossible
        self.after = [np.zeros((size, size)) for size in SIZES]
        for piece in pieces:
            codes = codes_of(piece)
            for k, size in enumerate(SIZES):
                self.alone[k] += np.bincount(codes[:, k], minlength=size)
                np.add.at(self.after[k], (codes[:-1, k], codes[1:, k]), 1)

    def cost(self, piece: Performance, order: int) -> Doubles:
        """(N, 4) nats of each note's fields, by counts without context (order 0) or after the note before (1).

        The first note has none before it.
        """
        codes, nats = codes_of(piece), []
        for k, alone in enumerate(self.alone):
            p = alone / alone.sum()
            said = p[codes[:, k]]
            if order:
                rows = self.after[k]
                before, now = codes[:-1, k], codes[1:, k]
                said[1:] = (rows[before, now] + PRIOR * p[now]) / (rows[before].sum(axis=1) + PRIOR)
            width = WIDTH[codes[:, k]] if k in (0, 3) else 1
            nats.append(np.log(width) - np.log(said))
        return np.stack(nats, axis=1)
