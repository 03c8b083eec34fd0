"""Weights → symbols: music drawn from the network's own distribution, a symbol at a time (paper §5.2.2), or steered.

Plain sampling is the paper's. What steers it changes the distribution before each draw: how bold it is (temperature,
the k likeliest, the nucleus), and what a chord may be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from maestro_lstm.predictor import Predictor
from maestro_lstm.symbols import END_ID, NEXT_ID, Ids

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Steering:
    """How the next symbol is drawn; as it stands here: plainly."""

    temperature: float = 1.0  # the scores are divided by it: below 1 the likely is likelier, above 1 the unlikely
    top_k: int = 0  # only of so many, the likeliest; 0: of all
    top_p: float = 1.0  # only of the fewest that together have this probability (Holtzman et al. 2020, §3.1)
    greatest_chord: int = 0  # so many different notes and no more; 0: any number
    no_repeats: bool = False  # no pitch twice in a chord


PLAIN = Steering()


def sample(network: Predictor, primer: Sequence[int], count: int, seed: int, steering: Steering = PLAIN) -> list[int]:
    """Go on from a primer: `count` ids, without the primer. See `draws`."""
    return [int(ids[0]) for ids, _ in zip(draws(network, primer, [seed], steering), range(count), strict=False)]


def draws(network: Predictor, primer: Sequence[int], seeds: Sequence[int], steering: Steering = PLAIN) -> Iterator[Ids]:
    """What comes after a primer, the state zero before it, in B pieces side by side; without end.

    Args:
        primer: ids given, at least one.
        seeds: of each piece's draws, B of them; the same seed gives the same music.

    Returns: an iterator over (B,) ids.
    """
    randoms = [np.random.default_rng(seed) for seed in seeds]
    held = np.zeros((len(seeds), 256), dtype=np.bool_)  # the pitches of each piece's chord that is not yet closed
    for symbol in primer:
        _hold(held, np.full(len(seeds), symbol))
    given, state = np.tile(np.array(primer, dtype=np.uint8)[:, None], len(seeds)), None  # (S, B)
    while True:
        scores, state = network.scores(given, state)  # (S, B, V)
        places = np.array([random.random() for random in randoms])  # where in the distribution each falls, 0 ≤ p < 1
        drawn = draw(scores[-1].astype(np.float64), places, steering, held[:, : scores.shape[2]])
        _hold(held, drawn)
        yield drawn
        given = drawn[None]


def draw(scores: Doubles, places: Doubles, steering: Steering, held: npt.NDArray[np.bool_]) -> Ids:
    """One symbol for each of B pieces, (B,).

    Args:
        scores: (B, V).
        places: (B,) where in its distribution each draw falls, 0 to 1.
        held: (B, V) the pitches of the chord that is not yet closed.
    """
    if steering.greatest_chord or steering.no_repeats:
        scores = np.where(_allowed(held, steering), scores, -np.inf)
    weights = np.exp((scores - scores.max(axis=1, keepdims=True)) / steering.temperature)  # (B, V)
    if steering.top_k or steering.top_p < 1:
        weights = np.where(_likeliest(weights, steering), weights, 0)
    up_to = weights.cumsum(axis=1)
    below = up_to <= (places * up_to[:, -1])[:, None]
    drawn: Ids = below.sum(axis=1).astype(np.uint8)
    return drawn


def _likeliest(weights: Doubles, steering: Steering) -> npt.NDArray[np.bool_]:
    """Which symbols top_k and top_p leave, (B, V): at least the likeliest; of equals the lower id."""
    order = np.argsort(-weights, axis=1, kind="stable")  # (B, V)
    ranked = np.take_along_axis(weights, order, axis=1)
    before = ranked.cumsum(axis=1) - ranked  # what the likelier ones have together
    left = before < steering.top_p * ranked.sum(axis=1, keepdims=True)
    if steering.top_k:
        left[:, steering.top_k :] = False
    left[:, 0] = True
    out: npt.NDArray[np.bool_] = np.empty_like(left)
    np.put_along_axis(out, order, left, axis=1)
    return out


def _allowed(held: npt.NDArray[np.bool_], steering: Steering) -> npt.NDArray[np.bool_]:
    """Which symbols may come next, (B, V); a mark always may."""
    allowed: npt.NDArray[np.bool_] = np.ones_like(held)
    if steering.greatest_chord:
        # a pitch named again sounds once: only a new one makes the chord greater
        allowed &= held | (held.sum(axis=1, keepdims=True) < steering.greatest_chord)
    if steering.no_repeats:
        allowed &= ~held
    allowed[:, [END_ID, NEXT_ID]] = True
    return allowed


def _hold(held: npt.NDArray[np.bool_], ids: npt.NDArray[np.integer]) -> None:
    """Take down what (B,) ids do to the chords: a pitch is held, a mark closes."""
    held[np.arange(len(ids)), ids] = True
    held[(ids == END_ID) | (ids == NEXT_ID)] = False
