"""The figures of anything that predicts the next symbol, a network or a table of counts."""

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.symbols.vocabulary import END_ID, NEXT_ID, Ids

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
