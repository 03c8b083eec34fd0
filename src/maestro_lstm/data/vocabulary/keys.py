"""Pieces in other keys: transposition within the piano's 88 keys."""

import numpy as np
import numpy.typing as npt

from maestro_lstm.data.vocabulary.symbols import (
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


def transposed(ids: Ids, semitones: int) -> Ids:
    """Every pitch this many semitones higher; marks stay.

    Raises: ValueError where a pitch would leave the piano's keys.
    """
    pitches = PITCHES[np.unique(ids)]
    moved = {pitch: pitch + semitones for pitch in pitches[pitches > 0].tolist()}
    if any(not LOWEST_PITCH <= pitch <= HIGHEST_PITCH for pitch in moved.values()):
        raise ValueError(f"{semitones} semitones leave the piano")
    table = np.arange(len(SYMBOLS), dtype=np.uint8)
    for pitch, to in moved.items():
        table[ID_OF_SYMBOL[pitch_name(pitch)]] = ID_OF_SYMBOL[pitch_name(to)]
    return table[ids]


def split_at_ends(ids: Ids) -> list[Ids]:
    """The pieces, each with its `<END>`. What follows the last `<END>` is a piece, too."""
    ends = np.flatnonzero(ids == END_ID) + 1
    return [piece for piece in np.split(ids, ends) if len(piece)]


def keys_on_the_piano(piece: Ids, most: int) -> npt.NDArray[np.int64]:
    """The transpositions, in semitones from −most to most, that leave every note of a piece on the piano."""
    pitches = PITCHES[piece]
    pitches = pitches[pitches > 0]
    if not len(pitches):
        return np.zeros(1, dtype=np.int64)
    return np.arange(max(-most, LOWEST_PITCH - pitches.min()), min(most, HIGHEST_PITCH - pitches.max()) + 1)
