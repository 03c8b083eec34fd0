"""How well anything predicts the next symbol, a network or a table of counts.

A network runs over a sequence in one deterministic pass, the state carried from the first symbol to the last. Deeper
networks run many parts of it at a time: all but the first start some symbols early, from a zero state, so that by a
part's own first symbol the state is what it would have been.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.model.predictor import Predictor
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID, Ids

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guesses:
    """The predictions of S symbols, (S,) each. Log-likelihoods in nats, softmax taken once."""

    best: Ids  # the symbol with the highest score
    sure: Doubles  # its log-likelihood
    likelihood: Doubles  # that of the right one


@dataclass(frozen=True)
class Scores:
    """Figures of one pass. Shares in percent."""

    symbols: int  # how many were predicted
    accuracy: float  # share of next symbols with the highest score (the paper's measure)
    accuracy_pitches: float  # the same over pitches
    nats: float  # mean negative log-likelihood of the next symbol, softmax taken once
    bits: float  # the same in bits
    distinct: int  # different symbols ever predicted; 1: a constant predictor
    next_share: float  # share of `<NEXT>` among the next symbols: what always predicting `<NEXT>` would score

    def rounded(self) -> dict[str, float]:
        """As metrics files hold them: four decimals, so that noise in the last bits is not a change."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def summarise(guesses: Guesses, targets: Ids) -> Scores:
    """The figures of predictions, given the symbols that came, (S,)."""
    right = guesses.best == targets
    pitches = (targets != NEXT_ID) & (targets != END_ID)
    nats = float(-guesses.likelihood.mean())
    return Scores(
        symbols=len(targets),
        accuracy=100 * float(right.mean()),
        accuracy_pitches=100 * float(right[pitches].mean()) if pitches.any() else 0.0,
        nats=nats,
        bits=nats / math.log(2),
        distinct=len(np.unique(guesses.best)),
        next_share=100 * float((targets == NEXT_ID).mean()),
    )


STRETCH = 8192  # symbols per call: enough to hide the call, few enough for memory


def evaluate(network: Predictor, inputs: Ids, targets: Ids) -> Scores:
    """Run a network over a sequence, its state zero at the start and carried to the end.

    Args:
        inputs: (S,) ids.
        targets: (S,) the ids that came next.
    """
    return summarise(guesses(network, inputs, targets), targets)


def guesses(network: Predictor, inputs: Ids, targets: Ids) -> Guesses:
    """A network's prediction of each symbol, run as by `evaluate`."""
    parts = network.batch  # B
    early = network.early if parts > 1 else 0
    length = max(-(-(len(inputs) - early) // parts), 0)  # L, of a part's own; the first has E more
    given, right = (_in_parts(ids, parts, early, length) for ids in (inputs, targets))  # (E + L, B)
    best, sure, likelihoods = [], [], []
    state, stretch = None, STRETCH // parts
    for at in range(0, len(given), stretch):
        span = slice(at, at + stretch)
        scores, state = network.scores(given[span], state)  # (S', B, V)
        highest = scores.max(axis=-1, keepdims=True)
        # the sum is at least 1, so that a saturated softmax still counts in float32
        log_sum = np.log(np.exp(scores - highest).sum(axis=-1, dtype=np.float64))
        best.append(scores.argmax(axis=-1).astype(np.uint8))
        sure.append(-log_sum)
        likelihoods.append((np.take_along_axis(scores, right[span, :, None], axis=-1) - highest)[..., 0] - log_sum)
    whole = (np.concatenate(each) for each in (best, sure, likelihoods))  # (E + L, B)
    return Guesses(*(np.append(each[:early, 0], each[early:].T)[: len(inputs)] for each in whole))


def _in_parts(ids: Ids, parts: int, early: int, length: int) -> Ids:
    """(S,) → (E + L, B): one part per column, starting where the previous part has E symbols left."""
    filled = np.full(early + parts * length, END_ID, dtype=np.uint8)
    filled[: len(ids)] = ids
    return np.stack([filled[b * length : b * length + early + length] for b in range(parts)], axis=1)


def spaced_windows(ids: Ids, seq_len: int, every: int) -> tuple[Ids, Ids]:
    """Windows of T symbols, one in every `every` T, strung together: the symbols that validation looks at.

    The state is carried from one window to the next (across pieces too), so that the windows are one sequence.

    Returns: inputs and targets, (⌈(S − T) / (every · T)⌉ · T,) each for S ids.
    """
    at = spaced_places(len(ids), seq_len, every)
    return ids[at], ids[at + 1]


def spaced_places(symbols: int, seq_len: int, every: int) -> npt.NDArray[np.int64]:
    """Where in S symbols the inputs of `spaced_windows` stand."""
    starts = np.arange(0, symbols - seq_len, every * seq_len)
    return (starts[:, None] + np.arange(seq_len)).ravel()
