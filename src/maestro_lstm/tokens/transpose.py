"""Pieces in other keys: transposition within the piano's 88 keys."""

from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from maestro_lstm.tokens.vocabulary import (
    END_ID,
    HIGHEST_PITCH,
    ID_OF_SYMBOL,
    LOWEST_PITCH,
    PITCH_OF_NAME,
    SYMBOLS,
    Ids,
    pitch_name,
)

PITCHES = np.array([PITCH_OF_NAME.get(symbol, 0) for symbol in SYMBOLS])  # (V,) MIDI; 0 for a mark


NONE = len(SYMBOLS)  # no symbol
CHUNK = 1 << 24  # symbols that are looked at together


@cache
def table_of(semitones: int) -> Ids:
    """(V,) each symbol's id this many semitones higher; marks stay, and what would leave the piano is `NONE`."""
    table = np.arange(len(SYMBOLS), dtype=np.uint8)
    for pitch in PITCHES[PITCHES > 0].tolist():
        there = LOWEST_PITCH <= pitch + semitones <= HIGHEST_PITCH
        table[ID_OF_SYMBOL[pitch_name(pitch)]] = ID_OF_SYMBOL[pitch_name(pitch + semitones)] if there else NONE
    return table


def bounds_of(ids: Ids) -> npt.NDArray[np.int64]:
    """(P + 1,) piece k is ids bounds[k] to bounds[k + 1], its `<END>` included. What follows the last `<END>` is a
    piece, too."""
    parts = range(0, len(ids), CHUNK)
    ends = [np.flatnonzero(ids[at : at + CHUNK] == END_ID) + at + 1 for at in parts]
    bounds = np.concatenate(([0], *ends)).astype(np.int64)
    return bounds if bounds[-1] == len(ids) else np.append(bounds, len(ids))


def split_at_ends(ids: Ids) -> list[Ids]:
    """The pieces of `bounds_of`."""
    return [ids[first:end] for first, end in pairwise(bounds_of(ids).tolist())]


def keys_on_the_piano(piece: Ids, most: int) -> npt.NDArray[np.int64]:
    """The transpositions, in semitones from −most to most, that leave every note of a piece on the piano."""
    pitches = PITCHES[piece]
    return keys_within(pitches[pitches > 0], most)


def keys_within(pitches: npt.NDArray[np.integer], most: int) -> npt.NDArray[np.int64]:
    """The same of MIDI pitches, (N,), on the piano; 0 where there is none."""
    if not len(pitches):
        return np.zeros(1, dtype=np.int64)
    return np.arange(max(-most, LOWEST_PITCH - pitches.min()), min(most, HIGHEST_PITCH - pitches.max()) + 1)
