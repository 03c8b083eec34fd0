"""How many notes the chords have that a network writes, as the paper shows them in its Fig. 3 (§5.2.2)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from maestro_lstm.model.predictor import Floats, Predictor
from maestro_lstm.tokens.chords import chords_of
from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS, Ids

LARGE = 10  # notes: "chords of ten and more"


class Softened:
    """A network whose probabilities are taken for scores: a softmax more than it was given. A `Predictor`."""

    def __init__(self, network: Predictor) -> None:
        self.network, self.batch, self.early = network, network.batch, network.early

    def scores(self, ids: Ids, state: Any = None) -> tuple[Floats, Any]:
        """See `predictor.Predictor`."""
        scores, state = self.network.scores(ids, state)
        weights = np.exp(scores - scores.max(axis=2, keepdims=True))
        return weights / weights.sum(axis=2, keepdims=True), state


def figures_of(pieces: Sequence[Ids]) -> dict[str, float]:
    """Of all pieces together: the share of `<NEXT>`, percent; chords a piece, the median and the greatest number of
    notes in one, and the share of chords that have LARGE or more, percent. 0 without chords."""
    chords = [len(chord) for piece in pieces for chord in chords_of(SYMBOLS[id_] for id_ in piece.tolist())]
    sizes = np.array(chords or [0])
    return {
        "next_share": round(100 * float(np.mean([(piece == NEXT_ID).mean() for piece in pieces])), 2),
        "chords": round(len(chords) / len(pieces), 2),
        "median": float(np.median(sizes)),
        "largest": int(sizes.max()),
        "large": round(100 * float((sizes >= LARGE).mean()), 2),
    }
