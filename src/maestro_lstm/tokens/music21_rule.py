"""The same parse through today's music21: a slow reference for the fast rule (paper §3)."""

import warnings

import numpy as np
from music21 import chord, converter, note

from maestro_lstm.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH


def music21_stream(data: bytes, name: str = "MIDI data") -> IntArray:
    """Chord stream of a MIDI file as music21 ≥ 7 reads it: pitches, -1 after each chord (as `chord_rule.chord_stream`).

    `quantizePost=False` keeps the chord window at a sixteenth of a quarter note. A note that music21 ties over an
    invented bar line counts once.

    Raises: BadMidi.
    """
    notes_from_bytes(data, name)  # refuses the same files in the same words
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            score = converter.parseData(data, format="midi", quantizePost=False)
    except Exception as error:  # music21 raises whatever its reader meets
        raise BadMidi(f"{name}: music21 cannot read it ({error})") from error
    out: list[int] = []
    for element in score.flatten().notes:
        sounding = element.notes if isinstance(element, chord.Chord) else (element,)
        pitches = [n.pitch.midi for n in sounding if isinstance(n, note.Note) and not _goes_on(n)]
        pitches = [pitch for pitch in pitches if LOWEST_PITCH <= pitch <= HIGHEST_PITCH]
        if pitches:
            out += [*pitches, NEXT_MARK]
    return np.array(out, dtype=np.int64)


def _goes_on(n: note.Note) -> bool:
    return n.tie is not None and n.tie.type != "start"
