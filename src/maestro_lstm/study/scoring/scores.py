"""Guesses → figures: what is said of anything that predicts the next symbol, a network or a table of counts."""

import math
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.data.vocabulary.symbols import END_ID, NEXT_ID, Ids

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Guesses:
    """What was said of each of S symbols, (S,) each. Log-likelihoods in nats, softmax taken once."""

    best: Ids  # the symbol of the highest score
    sure: Doubles  # its log-likelihood
    likelihood: Doubles  # that of the right one


@dataclass(frozen=True)
class Scores:
    """Figures of one pass. Shares in percent."""

    symbols: int  # how many were predicted
    accuracy: float  # share of next symbols that had the highest score (the paper's measure)
    accuracy_pitches: float  # the same over those that are pitches
    nats: float  # mean negative log-likelihood of the next symbol, softmax taken once
    bits: float  # the same in bits
    distinct: int  # different symbols that ever had the highest score; 1: a constant predictor
    next_share: float  # share of `<NEXT>` among the next symbols: what always saying `<NEXT>` would score

    def rounded(self) -> dict[str, float]:
        """As a metrics file holds them: four decimals, so that noise in the last bits is no change."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def summarise(guesses: Guesses, targets: Ids) -> Scores:
    """Figures of what was said of S symbols, and which they were, (S,)."""
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
