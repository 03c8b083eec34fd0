"""What counting alone achieves: interpolated n-grams, the baselines a network has to beat.

Witten-Bell interpolation (Chen & Goodman 1999, §2.4): after a context c seen N(c) times with D(c) different
symbols behind it,

    P(w | c) = (count(c w) + D(c) · P(w | c without its oldest symbol)) / (N(c) + D(c)),

down to the uniform 1/V. It has no settings, so there is nothing to tune.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.evaluation.scores import Guesses
from maestro_lstm.symbols.vocabulary import END_ID, SYMBOLS, Ids

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
