"""How a network's next step is drawn (paper §5.2.2), plainly or otherwise.

Plain sampling is the paper's. Of symbols, anything else changes the distribution before each draw: temperature, top-k
and nucleus sampling, and constraints on chords. Of notes, `NoteSampling` says how much is played and how boldly.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from maestro_lstm.model.predictor import Predictor
from maestro_lstm.plumbing.choices import Section
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID, Ids

Doubles = npt.NDArray[np.float64]


Unit = Literal["symbols", "notes", "seconds"]
ChordSeconds = Annotated[float, Field(gt=0, le=60)]
CHORD_SECONDS = 0.25  # how long a note or chord of the 90 symbols sounds, unless somebody says otherwise


class SymbolSampling(Section):
    """How a network composes: how much, and how symbols are sampled. The defaults are the paper's (§5.2.2)."""

    length: Annotated[int, Field(ge=1, le=1_000_000, description="how much to write")] = 100
    unit: Annotated[Unit, Field(description="unit of the length")] = "symbols"
    # divides the scores
    temperature: Annotated[float, Field(gt=0, le=100, description="below 1 plays it safe, above 1 takes risks")] = 1.0
    top_k: Annotated[int, Field(ge=0, le=90, description="sample from the k likeliest symbols; 0: from all")] = 0
    # Holtzman et al. 2020, §3.1
    top_p: Annotated[
        float, Field(gt=0, le=1, description="nucleus: the smallest set of symbols with this total probability")
    ] = 1.0
    greatest_chord: Annotated[
        int, Field(ge=0, le=88, description="at most this many notes in a chord; 0: any number")
    ] = 0
    no_repeats: Annotated[bool, Field(description="no pitch twice in a chord")] = False

    @property
    def is_plain(self) -> bool:
        """Whether symbols are drawn as the network says."""
        return self == SymbolSampling(length=self.length, unit=self.unit)


PLAIN_SYMBOLS = SymbolSampling()


def sample(
    network: Predictor, primer: Sequence[int], count: int, seed: int, sampling: SymbolSampling = PLAIN_SYMBOLS
) -> list[int]:
    """Continue a primer by `count` ids, returned without the primer. See `draws`."""
    return [int(ids[0]) for ids, _ in zip(draws(network, primer, [seed], sampling), range(count), strict=False)]


def sample_many(
    networks: Sequence[Predictor],
    pieces: int,
    symbols: int,
    seed: int,
    sampling: SymbolSampling = PLAIN_SYMBOLS,
    start: int = END_ID,
) -> Ids:
    """(pieces, symbols) after one symbol, such as the `<END>` that a piece begins after; by the networks in turn, with
    seeds seed, seed + 1, …"""
    out = np.empty((pieces, symbols), dtype=np.uint8)
    for k, network in enumerate(networks):
        mine = range(k, pieces, len(networks))
        if mine:
            steps = draws(network, [start], [seed + place for place in mine], sampling)
            out[list(mine)] = np.stack(list(islice(steps, symbols)), axis=1)
    return out


def draws(
    network: Predictor, primer: Sequence[int], seeds: Sequence[int], sampling: SymbolSampling = PLAIN_SYMBOLS
) -> Iterator[Ids]:
    """Continue a primer without end, B pieces in parallel, from a zero state.

    Args:
        primer: at least one id.
        seeds: B of them, one per piece; the same seed gives the same music.

    Returns: an iterator over (B,) ids.
    """
    randoms = [np.random.default_rng(seed) for seed in seeds]
    held = np.zeros((len(seeds), 256), dtype=np.bool_)  # the pitches of each piece's open chord
    for symbol in primer:
        _hold(held, np.full(len(seeds), symbol))
    given, state = np.tile(np.array(primer, dtype=np.uint8)[:, None], len(seeds)), None  # (S, B)
    while True:
        scores, state = network.scores(given, state)  # (S, B, V)
        places = np.array([random.random() for random in randoms])  # where each draw falls, 0 ≤ p < 1
        drawn = draw(scores[-1].astype(np.float64), places, sampling, held[:, : scores.shape[2]])
        _hold(held, drawn)
        yield drawn
        given = drawn[None]


def draw(scores: Doubles, places: Doubles, sampling: SymbolSampling, held: npt.NDArray[np.bool_]) -> Ids:
    """One symbol for each of B pieces, (B,).

    Args:
        scores: (B, V).
        places: (B,) where in its distribution each draw falls, 0 to 1.
        held: (B, V) the pitches of the open chord.
    """
    if sampling.greatest_chord or sampling.no_repeats:
        scores = np.where(_allowed(held, sampling), scores, -np.inf)
    weights = np.exp((scores - scores.max(axis=1, keepdims=True)) / sampling.temperature)  # (B, V)
    if sampling.top_k or sampling.top_p < 1:
        weights = np.where(_likeliest(weights, sampling), weights, 0)
    up_to = weights.cumsum(axis=1)
    below = up_to <= (places * up_to[:, -1])[:, None]
    drawn: Ids = below.sum(axis=1).astype(np.uint8)
    return drawn


def _likeliest(weights: Doubles, sampling: SymbolSampling) -> npt.NDArray[np.bool_]:
    """Which symbols top_k and top_p keep, (B, V): at least the likeliest; of equals, the lower id."""
    order = np.argsort(-weights, axis=1, kind="stable")  # (B, V)
    ranked = np.take_along_axis(weights, order, axis=1)
    before = ranked.cumsum(axis=1) - ranked  # total probability of the likelier ones
    left = before < sampling.top_p * ranked.sum(axis=1, keepdims=True)
    if sampling.top_k:
        left[:, sampling.top_k :] = False
    left[:, 0] = True
    out: npt.NDArray[np.bool_] = np.empty_like(left)
    np.put_along_axis(out, order, left, axis=1)
    return out


def _allowed(held: npt.NDArray[np.bool_], sampling: SymbolSampling) -> npt.NDArray[np.bool_]:
    """Which symbols may come next, (B, V); a mark always may."""
    allowed: npt.NDArray[np.bool_] = np.ones_like(held)
    if sampling.greatest_chord:
        # a pitch named again sounds once: only a new one enlarges the chord
        allowed &= held | (held.sum(axis=1, keepdims=True) < sampling.greatest_chord)
    if sampling.no_repeats:
        allowed &= ~held
    allowed[:, [END_ID, NEXT_ID]] = True
    return allowed


def _hold(held: npt.NDArray[np.bool_], ids: npt.NDArray[np.integer]) -> None:
    """Update the open chords: a pitch is added, a mark closes the chord."""
    held[np.arange(len(ids)), ids] = True
    held[(ids == END_ID) | (ids == NEXT_ID)] = False


Temperature = Annotated[float, Field(gt=0, le=10)]
TopP = Annotated[float, Field(gt=0, le=1)]


class NoteSampling(Section):
    """The defaults sample plainly from what the network says."""

    seconds: Annotated[float, Field(gt=0, le=7200, description="how much to play")] = 30.0
    temperature: Annotated[Temperature, Field(description="of pitch and force; below 1 safer, above 1 bolder")] = 1.0
    top_p: Annotated[TopP, Field(description="nucleus of pitch and force: the likeliest with this probability")] = 1.0
    time_temperature: Annotated[Temperature, Field(description="of onsets and durations")] = 1.0
    time_top_p: Annotated[TopP, Field(description="nucleus of onsets and durations")] = 1.0
    density: Annotated[float, Field(ge=0, le=50, description="notes a second to aim at; 0: as they come")] = 0.0
    loudness: Annotated[float, Field(ge=0, le=127, description="mean velocity to aim at; 0: as it comes")] = 0.0
    polyphony: Annotated[int, Field(ge=0, le=88, description="at most this many notes at once; 0: any number")] = 0


PLAIN_NOTES = NoteSampling()
