"""What counting alone achieves: the baselines a network has to beat.

Of symbols, interpolated n-grams. By Witten and Bell (Chen & Goodman 1999, §2.4), after a context c seen N(c) times with
D(c) different symbols behind it,

    P(w | c) = (count(c w) + D(c) · P(w | c without its oldest symbol)) / (N(c) + D(c)),

down to the uniform 1/V; it has no settings. By Kneser and Ney, modified (ibid., §3.1), which is the strongest of those
that they compare: each count loses a discount d, that depends on whether it is 1, 2 or more, and shorter contexts count
*after how many different symbols* a run was seen, not how often:

    P(w | c) = (count(c w) − d(count(c w)) + (all that c's counts lost) · P(w | c without its oldest symbol)) / N(c).

Of notes, how often each value comes, and how often after the value before; times are counted by class and are anywhere
alike inside, as for the network.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.tokens.note_tokens import KEYS, Rows, to_rows
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import BINS, CLASS_OF, CLASSES, WIDTH, quantize
from maestro_lstm.tokens.vocabulary import END_ID, SYMBOLS, Ids

Codes = npt.NDArray[np.int64]  # a run of k symbols as one number in base V, the oldest first
Doubles = npt.NDArray[np.float64]
KNESER_NEY = "kneser-ney"  # as tables name it
FEW, LEAST = 0.5, 0.01  # a discount where too few runs tell, and the least


class NGram:
    """An n-gram model of ids 0 ≤ id < V, smoothed by Witten and Bell; a `Predictor`.

    Args:
        ids: (S,) the training split.
        order: n; a symbol is predicted from the n − 1 before it. 1 is the unigram.
        n_symbols: V.
    """

    batch, early = 1, 0  # it goes by a few symbols

    def __init__(self, ids: Ids, order: int, n_symbols: int = len(SYMBOLS)) -> None:
        self.order, self.n_symbols = order, n_symbols
        # for each k ≤ n the runs of k symbols that occur, sorted, and how often
        self.tables = [np.unique(self._runs(ids, k), return_counts=True) for k in range(1, order + 1)]

    def _runs(self, ids: Ids, k: int, before: Ids | None = None) -> Codes:
        """The run of k symbols that ends at each place.

        Args:
            before: (k − 1,) what stood before the first; `<END>` if not given.
        """
        before = np.full(k - 1, END_ID) if before is None else before
        padded = np.concatenate((before, ids)).astype(np.int64)
        codes = np.zeros(len(ids), dtype=np.int64)
        for j in range(k):
            codes = codes * self.n_symbols + padded[j : j + len(ids)]
        return codes

    def scores(self, ids: Ids, state: Any = None) -> tuple[Doubles, Any]:
        """Log-probabilities, (S, 1, V) after (S, 1) ids; the state is the symbols that a context can still hold."""
        length, given = self.order - 1, ids[:, 0]
        if not length:
            table = np.log(self.probabilities(np.zeros(1, np.int64), 0))
            return np.broadcast_to(table, (len(given), 1, self.n_symbols)), None
        before = np.full(length - 1, END_ID) if state is None else state
        contexts, where = np.unique(self._runs(given, length, before), return_inverse=True)
        kept = np.concatenate((before, given))[len(given) :]
        return np.log(self.probabilities(contexts, length))[where][:, None], kept

    def probabilities(self, contexts: Codes, length: int) -> Doubles:
        """Distribution of the symbol after each context of `length` symbols: (C, V), each row sums to 1."""
        if length == 0:
            shorter = np.full((len(contexts), self.n_symbols), 1 / self.n_symbols)
        else:
            tails, where = np.unique(contexts % self.n_symbols ** (length - 1), return_inverse=True)
            shorter = self.probabilities(tails, length - 1)[where]
        count = self._counts(contexts, length)  # (C, V)
        seen = count.sum(axis=1, keepdims=True)  # (C, 1) N(c)
        with np.errstate(invalid="ignore", divide="ignore"):
            mixed = self._mixed(count, seen, shorter, length)
        return np.where(seen > 0, mixed, shorter)

    def _counts(self, contexts: Codes, length: int) -> Doubles:
        """(C, V) how often each symbol came after each context: the runs that begin with it stand side by side."""
        runs, counts = self.tables[length]
        first, end = (np.searchsorted(runs, (contexts + k) * self.n_symbols) for k in (0, 1))
        row = np.repeat(np.arange(len(contexts)), end - first)
        at = np.arange(len(row)) - np.repeat(np.cumsum(end - first) - end, end - first)
        count = np.zeros((len(contexts), self.n_symbols))
        count[row, runs[at] % self.n_symbols] = counts[at]
        return count

    def _mixed(self, count: Doubles, seen: Doubles, shorter: Doubles, length: int) -> Doubles:  # noqa: ARG002
        different = (count > 0).sum(axis=1, keepdims=True)  # (C, 1) D(c)
        mixed: Doubles = (count + different * shorter) / (seen + different)
        return mixed


class KneserNey(NGram):
    """The same, smoothed by Kneser and Ney."""

    def __init__(self, ids: Ids, order: int, n_symbols: int = len(SYMBOLS)) -> None:
        self.order, self.n_symbols = order, n_symbols
        self.tables = [np.unique(self._runs(ids, order), return_counts=True)]
        for k in range(order - 1, 0, -1):  # after how many different symbols each run of k was seen
            longer, _ = self.tables[0]
            self.tables.insert(0, np.unique(longer % n_symbols**k, return_counts=True))
        self.discounts = [_discounts(counts) for _, counts in self.tables]

    def _mixed(self, count: Doubles, seen: Doubles, shorter: Doubles, length: int) -> Doubles:
        lost = self.discounts[length][np.minimum(count, 3).astype(np.int64)]  # (C, V)
        mixed: Doubles = (count - lost + lost.sum(axis=1, keepdims=True) * shorter) / seen
        return mixed


def _discounts(counts: Codes) -> Doubles:
    """(4,) of a count of 0, 1, 2, and of 3 or more, from how many runs were seen 1 to 4 times (ibid., eq. 26). Where
    none was, as of the single symbols, ½: every symbol has to be possible."""
    seen = [int((counts == k).sum()) for k in range(1, 5)]
    if not all(seen):
        return np.array([0.0, FEW, FEW, FEW])
    share = seen[0] / (seen[0] + 2 * seen[1])
    found = [k - (k + 1) * share * seen[k] / seen[k - 1] for k in range(1, 4)]
    return np.array([0.0, *(min(max(one, LEAST), k) for k, one in enumerate(found, start=1))])


Ints = npt.NDArray[np.int64]

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
