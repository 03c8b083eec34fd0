"""What counting alone achieves: the baselines a network has to beat.

Of symbols, interpolated n-grams by Witten and Bell (Chen & Goodman 1999, §2.4): after a context c seen N(c) times with
D(c) different symbols behind it,

    P(w | c) = (count(c w) + D(c) · P(w | c without its oldest symbol)) / (N(c) + D(c)),

down to the uniform 1/V. It has no settings, so there is nothing to tune. Of notes, how often each value comes, and how
often after the value before; times are counted by class and are anywhere alike inside, as for the network.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from maestro_lstm.evaluation.likelihood import Guesses
from maestro_lstm.tokens.note_tokens import KEYS, Rows, to_rows
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import BINS, CLASS_OF, CLASSES, WIDTH, quantize
from maestro_lstm.tokens.vocabulary import END_ID, SYMBOLS, Ids

Codes = npt.NDArray[np.int64]  # a run of k symbols as one number in base V, the oldest first


class NGram:
    """An n-gram model of ids 0 ≤ id < V.

    Args:
        ids: (S,) the training split.
        order: n; a symbol is predicted from the n − 1 before it. 1 is the unigram.
        n_symbols: V.
    """

    def __init__(self, ids: Ids, order: int, n_symbols: int = len(SYMBOLS)) -> None:
        self.order, self.n_symbols = order, n_symbols
        # for each k ≤ n the runs of k symbols that occur, sorted, and how often
        self.tables = [np.unique(self._runs(ids, k), return_counts=True) for k in range(1, order + 1)]

    def _runs(self, ids: Ids, k: int) -> Codes:
        """The run of k symbols that ends at each place; before the first symbol is `<END>`."""
        padded = np.concatenate((np.full(k - 1, END_ID), ids)).astype(np.int64)
        codes = np.zeros(len(ids), dtype=np.int64)
        for j in range(k):
            codes = codes * self.n_symbols + padded[j : j + len(ids)]
        return codes

    def probabilities(self, contexts: Codes, length: int) -> npt.NDArray[np.float64]:
        """Distribution of the symbol after each context of `length` symbols: (C, V), each row sums to 1."""
        if length == 0:
            shorter = np.full((len(contexts), self.n_symbols), 1 / self.n_symbols)
        else:
            tails, where = np.unique(contexts % self.n_symbols ** (length - 1), return_inverse=True)
            shorter = self.probabilities(tails, length - 1)[where]
        runs, counts = self.tables[length]
        wanted = contexts[:, None] * self.n_symbols + np.arange(self.n_symbols)  # (C, V)
        at = np.searchsorted(runs, wanted).clip(max=len(runs) - 1)
        count = np.where(runs[at] == wanted, counts[at], 0)  # (C, V)
        seen = count.sum(axis=1, keepdims=True)  # (C, 1) N(c)
        different = (count > 0).sum(axis=1, keepdims=True)  # (C, 1) D(c)
        with np.errstate(invalid="ignore"):
            mixed = (count + different * shorter) / (seen + different)
        return np.where(seen > 0, mixed, shorter)

    def guesses(self, ids: Ids) -> Guesses:
        """The predictions of a split: every symbol except the first, as for a network."""
        length = self.order - 1
        contexts = self._runs(ids[:-1], length) if length else np.zeros(len(ids) - 1, dtype=np.int64)
        targets = ids[1:]
        different, where = np.unique(contexts, return_inverse=True)
        table = self.probabilities(different, length)  # (C, V)
        best = table.argmax(axis=1)  # (C,)
        sure = np.log(table.max(axis=1))  # (C,)
        return Guesses(best[where].astype(np.uint8), sure[where], np.log(table[where, targets]))


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
