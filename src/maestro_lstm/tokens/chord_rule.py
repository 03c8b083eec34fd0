"""Notes to chords: how music21 5.7.2 reads a performance, as a rule on ticks (paper §3).

`paper` is that rule, token for token. Notes are visited by onset. A note that no earlier chord took opens a chord;
every later note that begins within a sixteenth of a quarter note after it, and is *released* within a sixteenth of its
release, joins, **whether or not an earlier chord has taken it** (music21 did not check), so about 1.1 % of the notes
appear twice. `sorted` is the same with the pitches of a chord in rising order, `clean` that with no note twice.
"""

import numpy as np

from maestro_lstm.midi.notes import IntArray, Notes
from maestro_lstm.plumbing.choices import Rule
from maestro_lstm.plumbing.jit import entry
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

CHORD_WINDOW = 16  # a chord's notes begin and end within 1/16 of a quarter note


@entry
def _group(
    onset: IntArray, release: IntArray, pitch: IntArray, ticks_per_quarter: int, repeats: bool, in_order: bool
) -> IntArray:  # pragma: no cover (compiled)
    """Pitches with NEXT_MARK after each chord. Whole numbers only: a/16 <= b is written a <= 16 b."""
    n = len(onset)
    taken = np.zeros(n, dtype=np.bool_)
    out = np.empty(2 * n, dtype=np.int64)
    length = 0
    for i in range(n):
        if taken[i]:
            continue
        first = length
        for j in range(i, n):
            if CHORD_WINDOW * (onset[j] - onset[i]) > ticks_per_quarter:
                break
            if j > i and CHORD_WINDOW * abs(release[j] - release[i]) > ticks_per_quarter:
                continue
            if taken[j] and not repeats:
                continue
            taken[j] = True
            if length + 2 > len(out):
                out = np.concatenate((out, np.empty(len(out), dtype=np.int64)))
            out[length] = pitch[j]
            length += 1
        if in_order:
            out[first:length].sort()
        out[length] = NEXT_MARK
        length += 1
    return out[:length]


def chord_stream(notes: Notes, rule: Rule = "paper") -> IntArray:
    """Group the notes of a piece into chords.

    Returns: (S,) MIDI pitches, -1 (`NEXT_MARK`) after every chord; pitches off the piano's 88 keys are left out.
    """
    on_piano = (notes.pitch >= LOWEST_PITCH) & (notes.pitch <= HIGHEST_PITCH)
    arrays = (notes.onset[on_piano], notes.release[on_piano], notes.pitch[on_piano])
    stream: IntArray = _group(*arrays, notes.ticks_per_quarter, rule != "clean", rule != "paper")
    return stream
