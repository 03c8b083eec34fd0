"""The vocabulary: 88 piano keys and two marks, 90 symbols (paper §3).

A symbol is a pitch as music21 writes it (`C4` is middle C, MIDI 60; flats are `-`, so `B-1` is B flat of octave 1),
`<NEXT>` after every note or chord, or `<END>` after every piece. Its id is its position among all 90 sorted as strings:
`<END>` 0, `<NEXT>` 1, `A0` 2 … `G7` 89. The vocabulary is a constant of the study: it does not depend on which symbols
a corpus happens to contain.
"""

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint8]  # (S,) symbols as ids, one byte each

NEXT = "<NEXT>"
END = "<END>"

PITCH_CLASSES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")
LOWEST_PITCH = 21  # A0, MIDI number of the lowest piano key
HIGHEST_PITCH = 108  # C8


def pitch_name(pitch: int) -> str:
    """Name of a MIDI pitch (0–127) as music21 5.7.2 spells it: 60 → `C4`, 70 → `B-4`."""
    return f"{PITCH_CLASSES[pitch % 12]}{pitch // 12 - 1}"


PITCH_OF_NAME = {pitch_name(pitch): pitch for pitch in range(LOWEST_PITCH, HIGHEST_PITCH + 1)}
SYMBOLS = tuple(sorted([END, NEXT, *PITCH_OF_NAME]))
ID_OF_SYMBOL = {symbol: i for i, symbol in enumerate(SYMBOLS)}
END_ID = ID_OF_SYMBOL[END]
NEXT_ID = ID_OF_SYMBOL[NEXT]

assert len(SYMBOLS) == 90
assert (END_ID, NEXT_ID) == (0, 1)
