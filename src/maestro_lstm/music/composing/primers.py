"""What a network continues: a start note, or a MIDI file as far as the vocabulary can express it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import symusic

from maestro_lstm.data.midi.notes import read_bytes
from maestro_lstm.data.midi.streams import guarded_stream_of
from maestro_lstm.data.vocabulary.chords import NEXT_MARK, symbols_of
from maestro_lstm.data.vocabulary.symbols import HIGHEST_PITCH, LOWEST_PITCH, PITCH_OF_NAME, pitch_name
from maestro_lstm.plumbing.errors import BadMidi, UserError

SUFFIXES = (".mid", ".midi")
SUSTAIN = 64  # the control change that is the sustain pedal


@dataclass(frozen=True)
class Primer:
    name: str  # `C3`, or the file's name without its suffix
    symbols: tuple[str, ...]  # at least one; no `<END>`
    summary: str  # what was taken from the file and what was left out; for a start note, its name


def primer_of(word: str, transpose: int = 0) -> Primer:
    """A start note such as `C3`, or a path to a MIDI file, transposed.

    Raises: UserError where it is neither, or where none of it stays on the piano.
    """
    if word.lower().endswith(SUFFIXES):
        try:
            return from_midi(read_bytes(Path(word)), Path(word).stem, transpose)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
    if word not in PITCH_OF_NAME:
        raise UserError(f"a primer is a piano key such as C3, F#4 or B-2, or the path of a MIDI file, not {word}")
    pitch = PITCH_OF_NAME[word] + transpose
    if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
        raise UserError(f"{word} moved by {transpose} semitones is off the piano's 88 keys")
    return Primer(word, (pitch_name(pitch),), word)


def from_midi(data: bytes, name: str, transpose: int = 0) -> Primer:
    """A file's chords by the paper's rule. Raises BadMidi."""
    stream = guarded_stream_of(data, name, "fast", "paper")
    chords: list[list[int]] = [[]]
    for pitch in stream.tolist():
        if pitch == NEXT_MARK:
            chords.append([])
        elif LOWEST_PITCH <= pitch + transpose <= HIGHEST_PITCH:
            chords[-1].append(pitch + transpose)
    chords = [chord for chord in chords if chord]
    if not chords:
        raise BadMidi(f"{name}: moved by {transpose} semitones, no note of it is on the piano's 88 keys")
    symbols = symbols_of([pitch for chord in chords for pitch in (*chord, NEXT_MARK)])[:-1]
    return Primer(name, tuple(symbols), f"{len(chords)} notes and chords of {name}; {_left_out(data, transpose)}")


def _left_out(data: bytes, transpose: int) -> str:
    """What the vocabulary cannot express, in words. A guarded process has read the file by now: it is sound."""
    score: Any = symusic.Score.from_midi(data)
    pitches = [note.pitch for track in score.tracks if not track.is_drum for note in track.notes]
    off = sum(not LOWEST_PITCH <= pitch + transpose <= HIGHEST_PITCH for pitch in pitches)
    drums = sum(len(track.notes) for track in score.tracks if track.is_drum)
    left = [f"{off} of {len(pitches)} notes, off the 88 keys"] if off else []
    left += [f"{drums} drum notes"] if drums else []
    left += ["durations, rests, loudness"]
    left += ["the pedal"] if any(c.number == SUSTAIN for track in score.tracks for c in track.controls) else []
    return f"left out, not in the vocabulary: {', '.join(left)}"
