"""What a piece says again: a network's predictions, mixed with what followed the same passage before.

A match model, as data compressors have one (Mahoney 2005). Where the last symbols of a piece, `SHORTEST` of them or
more, have stood in it before, the symbol that followed them is recalled, and a share λ of the probability goes to it:

    P(w) = (1 − λ) · P_network(w) + λ · [w is recalled].

λ depends on the passage's length, and is the one with the greatest likelihood on another split.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.evaluation.likelihood import Doubles, Guesses, guesses
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.tokens.vocabulary import END_ID, Ids

SHORTEST, LONGEST = 6, 32  # symbols of a passage; a longer one counts as one of LONGEST


@dataclass(frozen=True)
class Predictions:
    """What is said of N symbols before they come, (N,) each."""

    targets: Ids  # the symbols that came
    said: Guesses  # by the network
    recalled: Ids  # what the piece recalls; any where nothing is
    lengths: npt.NDArray[np.int64]  # of the passage before it; 0 where nothing is recalled
    of_recalled: Doubles  # the network's log-likelihood of what is recalled, nats


def predict(network: Predictor, ids: Ids) -> Predictions:
    """Of all symbols of a split except the first.

    Args:
        ids: (N + 1,), each piece ending with `<END>`.
    """
    places, lengths = recall(ids)
    symbols = ids[places]
    said, of_recalled = (guesses(network, ids[:-1], targets) for targets in (ids[1:], symbols[1:]))
    return Predictions(ids[1:], said, symbols[1:], lengths[1:], of_recalled.likelihood)


def recall(ids: Ids) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Where each symbol's piece went on after the latest same passage.

    Args:
        ids: (S,), each piece ending with `<END>`.

    Returns: the places of the symbols recalled, and the lengths of the passages, (S,) each; 0 where there is none.
    """
    data, (places, lengths) = ids.tobytes(), np.zeros((2, len(ids)), np.int64)
    ends: dict[bytes, int] = {}  # of a piece's passages of SHORTEST symbols, where the latest of each ended
    begin, at, length = 0, 0, 0  # of the piece; where the passage goes on, and how long it is by now
    for place, symbol in enumerate(data):
        if length:
            places[place], lengths[place] = at, min(length, LONGEST)
        if symbol == END_ID:
            ends, begin, length = {}, place + 1, 0
            continue
        at, length = (at + 1, length + 1) if length and data[at] == symbol else (0, 0)
        now = place + 1
        if now - begin < SHORTEST:
            continue
        passage = data[now - SHORTEST : now]
        if not length and passage in ends:
            at = ends[passage]
            while length < LONGEST and at - length > begin and data[at - length - 1] == data[now - length - 1]:
                length += 1
        ends[passage] = now
    return places, lengths


def shares_of(predictions: Predictions) -> Doubles:
    """The likeliest λ by the length of the passage, (LONGEST + 1,); 0 where there is none."""
    right, said = predictions.recalled == predictions.targets, np.exp(predictions.said.likelihood)
    found = np.zeros(LONGEST + 1)
    for length in range(SHORTEST, LONGEST + 1):
        here = predictions.lengths == length
        if here.any():
            found[length] = _likeliest(right[here], said[here])
    return found


def _likeliest(right: npt.NDArray[np.bool_], said: Doubles) -> float:
    """Of all λ in 0 to 1; the likelihood has one summit."""
    from scipy.optimize import minimize_scalar  # here: it takes long to import, and most of what evaluates needs none

    return float(
        minimize_scalar(lambda x: -np.log((1 - x) * said + x * right).sum(), bounds=(0, 1), method="bounded").x
    )


def with_matches(predictions: Predictions, shares: Doubles) -> Guesses:
    """The network's predictions, mixed with what is recalled.

    Args:
        shares: as `shares_of` finds them.
    """
    own = shares[predictions.lengths]  # (N,)
    with np.errstate(divide="ignore"):
        rest, gained = np.log1p(-own), np.log(own)
    of_best, of_recalled = rest + predictions.said.sure, np.logaddexp(rest + predictions.of_recalled, gained)
    right = predictions.recalled == predictions.targets
    return Guesses(
        best=np.where(of_recalled > of_best, predictions.recalled, predictions.said.best),
        sure=np.maximum(of_recalled, of_best),
        likelihood=np.logaddexp(rest + predictions.said.likelihood, np.where(right, gained, -np.inf)),
    )
