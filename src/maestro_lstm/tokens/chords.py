"""What a chord is: the pitches between two marks. Chord streams to symbols, symbols to chords, collapse."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from maestro_lstm.tokens.vocabulary import END, NEXT, PITCH_OF_NAME, pitch_name

Chord = tuple[int, ...]  # MIDI pitches that sound together, in the order first named
NEXT_MARK = -1  # in a chord stream, after each chord's pitches

_NAMES = np.array([pitch_name(pitch) for pitch in range(128)] + [NEXT], dtype=object)


def symbols_of(stream: npt.ArrayLike) -> list[str]:
    """The symbols of a chord stream, `<END>` after the last: one piece as the paper writes it."""
    return [*_NAMES[np.asarray(stream)], END]


def chords_of(symbols: Iterable[str]) -> list[Chord]:
    """Pitches collected until `<NEXT>` or `<END>`. Repeated marks mean nothing, and the last one may be missing.

    A pitch named twice in one chord sounds once: a piano has one such key.
    """
    chords: list[Chord] = []
    pitches: list[int] = []
    for symbol in (*symbols, END):
        if symbol not in (NEXT, END):
            pitches.append(PITCH_OF_NAME[symbol])
        elif pitches:
            chords.append(tuple(dict.fromkeys(pitches)))
            pitches = []
    return chords


def collapse_of(symbols: Sequence[str]) -> str:
    """What a collapsed network writes again and again, in words; empty if it writes more than one thing."""
    chords = chords_of(symbols)
    if not chords:
        return f"only {' and '.join(sorted(set(symbols)))}" if symbols else "nothing"
    if len(set(chords)) > 1 or len(chords) < 3:  # two alike are not a collapse
        return ""
    return "only one note" if len(chords[0]) == 1 else "only one chord"
