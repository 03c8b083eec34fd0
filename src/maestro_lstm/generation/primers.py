"""What a network goes on from: nothing, a piano key, or a MIDI file, as far as its vocabulary can express it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import symusic

from maestro_lstm.generation.names import NOTHING, SUFFIXES
from maestro_lstm.midi.notes import read_bytes
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.tokens.chord_streams import guarded_stream_of
from maestro_lstm.tokens.chords import NEXT_MARK, symbols_of
from maestro_lstm.tokens.note_tokens import on_the_piano
from maestro_lstm.tokens.pedal import SUSTAIN
from maestro_lstm.tokens.performance import PEDAL_UP, Performance
from maestro_lstm.tokens.quantize import Steps, quantize
from maestro_lstm.tokens.reading import guarded_performance
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, PITCH_OF_NAME, pitch_name

KEY_VELOCITY, KEY_SECONDS = 64, 0.5  # of a primer that is one key
MOST = 5_000  # notes that a network is fed: the last ten minutes or so of a long file


@dataclass(frozen=True)
class SymbolPrimer:
    name: str  # `C3`, or the file's name without its suffix
    symbols: tuple[str, ...]  # at least one; no `<END>`
    summary: str  # what was taken from the file and what was left out; for a start note, its name


@dataclass(frozen=True)
class NotePrimer:
    name: str  # `nothing`, `C3`, or the file's name without its suffix
    steps: Steps  # may be empty
    summary: str  # what was taken, and what was left out


def is_file(word: str) -> bool:
    return word.lower().endswith(SUFFIXES)


def symbol_primer(word: str, transpose: int = 0) -> SymbolPrimer:
    """A start note such as `C3`, or a path to a MIDI file, transposed.

    Raises: UserError where it is neither, or where none of it stays on the piano.
    """
    if is_file(word):
        try:
            return symbols_in(read_bytes(Path(word)), Path(word).stem, transpose)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
    return SymbolPrimer(word, (pitch_name(_key(word, transpose, "")),), word)


def note_primer(word: str, pedal: PedalRule, transpose: int = 0) -> NotePrimer:
    """`nothing`, a key such as `C3`, or the path of a MIDI file, transposed.

    Raises: UserError where it is none of them, cannot be read, or where none of it stays on the piano.
    """
    if word == NOTHING:
        return NotePrimer(word, _struck(0, 0), "from nothing")
    if is_file(word):
        try:
            performance = guarded_performance(read_bytes(Path(word)), word, pedal)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
        return _notes_in(Path(word).stem, performance, transpose)
    return NotePrimer(word, _struck(_key(word, transpose, f"{NOTHING}, "), 1), word)


def _key(word: str, transpose: int, or_else: str) -> int:
    """The pitch of a key's name."""
    if word not in PITCH_OF_NAME:
        raise UserError(
            f"a primer is {or_else}a piano key such as C3, F#4 or B-2, or the path of a MIDI file, not {word}"
        )
    pitch = PITCH_OF_NAME[word] + transpose
    if not LOWEST_PITCH <= pitch <= HIGHEST_PITCH:
        raise UserError(f"{word} moved by {transpose} semitones is off the piano's 88 keys")
    return pitch


def symbols_in(data: bytes, name: str, transpose: int = 0) -> SymbolPrimer:
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
    return SymbolPrimer(name, tuple(symbols), f"{len(chords)} notes and chords of {name}; {_left_out(data, transpose)}")


def _left_out(data: bytes, transpose: int) -> str:
    """What the 90 symbols cannot express, in words. A guarded process has read the file by now: it is sound."""
    score: Any = symusic.Score.from_midi(data)
    pitches = [note.pitch for track in score.tracks if not track.is_drum for note in track.notes]
    off = sum(not LOWEST_PITCH <= pitch + transpose <= HIGHEST_PITCH for pitch in pitches)
    drums = sum(len(track.notes) for track in score.tracks if track.is_drum)
    left = [f"{off} of {len(pitches)} notes, off the 88 keys"] if off else []
    left += [f"{drums} drum notes"] if drums else []
    left += ["durations, rests, loudness"]
    left += ["the pedal"] if any(c.number == SUSTAIN for track in score.tracks for c in track.controls) else []
    return f"left out, not in the vocabulary: {', '.join(left)}"


def _struck(pitch: int, count: int) -> Steps:
    time, pitches = np.zeros(count), np.full(count, pitch, np.uint8)
    return quantize(Performance(time, time + KEY_SECONDS, pitches, np.full(count, KEY_VELOCITY, np.uint8)))


def _notes_in(name: str, performance: Performance, transpose: int) -> NotePrimer:
    note = performance.is_note
    moved = performance.pitch.astype(np.int64) + np.where(note, transpose, 0)
    kept = on_the_piano(np.where((moved < 0) | note & (moved >= PEDAL_UP), 0, moved).astype(np.uint8))
    if not (kept & note).any():
        raise UserError(f"the primer {name}: moved by {transpose} semitones, no note of it is on the piano's 88 keys")
    onset, release, velocity = performance.onset[kept], performance.release[kept], performance.velocity[kept]
    steps = quantize(Performance(onset, release, moved[kept].astype(np.uint8), velocity))
    notes, off = int((kept & note).sum()), int((~kept & note).sum())
    said = [f"{notes:,} notes of {name}"]
    if off:
        said.append(f"left out {off:,} off the piano")
    if len(steps) > MOST:
        said.append(f"the network hears the last {MOST:,}")
    return NotePrimer(name, steps, "; ".join(said))
