"""What the network that plays goes on from: nothing, a piano key, or a MIDI file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maestro_lstm.choices import PedalRule
from maestro_lstm.data.midi.notes import read_bytes
from maestro_lstm.data.performances.performance import PEDAL_UP, Performance
from maestro_lstm.data.performances.reading import guarded_performance
from maestro_lstm.data.performances.rows import HIGHEST, LOWEST, on_the_piano
from maestro_lstm.data.performances.steps import Steps, to_steps
from maestro_lstm.data.vocabulary.symbols import PITCH_OF_NAME
from maestro_lstm.music.playing.steering import NOTHING, SUFFIXES
from maestro_lstm.plumbing.errors import BadMidi, UserError

KEY_VELOCITY, KEY_SECONDS = 64, 0.5  # of a primer that is one key
MOST = 5_000  # rows that the network hears: the last ten minutes or so of a long file


@dataclass(frozen=True)
class Primer:
    name: str  # `nothing`, `C3`, or the file's name without its suffix
    steps: Steps  # may be empty
    summary: str  # what was taken, and what was left out


def primer_of(word: str, pedal: PedalRule, transpose: int = 0) -> Primer:
    """`nothing`, a key such as `C3`, or the path of a MIDI file, transposed.

    Raises: UserError where it is none of them, cannot be read, or where none of it stays on the piano.
    """
    if word == NOTHING:
        return Primer(word, _key(0, 0), "from nothing")
    if word.lower().endswith(SUFFIXES):
        try:
            performance = guarded_performance(read_bytes(Path(word)), word, pedal)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
        return _of_file(Path(word).stem, performance, transpose)
    if word not in PITCH_OF_NAME:
        raise UserError(
            f"a primer is {NOTHING}, a piano key such as C3, F#4 or B-2, or the path of a MIDI file, not {word}"
        )
    pitch = PITCH_OF_NAME[word] + transpose
    if not LOWEST <= pitch <= HIGHEST:
        raise UserError(f"{word} moved by {transpose} semitones is off the piano's 88 keys")
    return Primer(word, _key(pitch, 1), word)


def _key(pitch: int, count: int) -> Steps:
    time, small = np.zeros(count), np.full(count, pitch, np.uint8)
    return to_steps(Performance(time, time + KEY_SECONDS, small, np.full(count, KEY_VELOCITY, np.uint8)))


def _of_file(name: str, performance: Performance, transpose: int) -> Primer:
    note = performance.is_note
    moved = performance.pitch.astype(np.int64) + np.where(note, transpose, 0)
    kept = on_the_piano(np.where((moved < 0) | note & (moved >= PEDAL_UP), 0, moved).astype(np.uint8))
    if not (kept & note).any():
        raise UserError(f"the primer {name}: moved by {transpose} semitones, no note of it is on the piano's 88 keys")
    onset, release, velocity = performance.onset[kept], performance.release[kept], performance.velocity[kept]
    steps = to_steps(Performance(onset, release, moved[kept].astype(np.uint8), velocity))
    notes, off = int((kept & note).sum()), int((~kept & note).sum())
    said = [f"{notes:,} notes of {name}"]
    if off:
        said.append(f"left out {off:,} off the piano")
    if len(steps) > MOST:
        said.append(f"the network hears the last {MOST:,}")
    return Primer(name, steps, "; ".join(said))
