"""A split → what several epochs go through: the pieces in a random order and each in a random key, each time anew."""

import numpy as np
import numpy.typing as npt

from maestro_lstm.symbols import (
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
    """Every pitch so many semitones higher; marks stay.

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


def epochs_transposed(ids: Ids, epochs: int, most: int, seed: int) -> Ids:
    """All epochs one after the other, (epochs · S,) for the (S,) ids of a split. In each the pieces come in a random
    order, and each is moved by a random number of semitones, of those from −most to most that leave it on the piano.

    Streams cut it into as many parts as an update has sequences, so that they go through different epochs side by side.
    """
    random = np.random.default_rng(seed)
    pieces = split_at_ends(ids)
    choices = [_on_the_piano(piece, most) for piece in pieces]
    order = (k for _ in range(epochs) for k in random.permutation(len(pieces)).tolist())
    return np.concatenate([transposed(pieces[k], int(random.choice(choices[k]))) for k in order])


def split_at_ends(ids: Ids) -> list[Ids]:
    """The pieces, each with its `<END>`; what follows the last `<END>` is a piece as well."""
    ends = np.flatnonzero(ids == END_ID) + 1
    return [piece for piece in np.split(ids, ends) if len(piece)]


def _on_the_piano(piece: Ids, most: int) -> npt.NDArray[np.int64]:
    pitches = PITCHES[piece]
    pitches = pitches[pitches > 0]
    if not len(pitches):
        return np.zeros(1, dtype=np.int64)
    return np.arange(max(-most, LOWEST_PITCH - pitches.min()), min(most, HIGHEST_PITCH - pitches.max()) + 1)
