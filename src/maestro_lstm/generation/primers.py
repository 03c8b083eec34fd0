"""What a network goes on from: nothing, a piano key, or a MIDI file, as far as its vocabulary can express it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maestro_lstm.generation.names import NOTHING
from maestro_lstm.midi.notes import read_bytes
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.plumbing.files import SUFFIXES
from maestro_lstm.tokens.chord_streams import Content, guarded_content_of
from maestro_lstm.tokens.chords import NEXT_MARK, symbols_of
from maestro_lstm.tokens.note_tokens import on_the_piano
from maestro_lstm.tokens.performance import PEDAL_UP, Performance
from maestro_lstm.tokens.quantize import STEPS_PER_SECOND, Steps, quantize
from maestro_lstm.tokens.reading import guarded_performance
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH, PITCH_OF_NAME, pitch_name

KEY_VELOCITY, KEY_SECONDS = 64, 0.5  # of a primer that is one key
# What a network goes on from: no more than this of a file's end. It hears no further back, and a piece that began with
# hours of somebody else's music would be of no use.
MOST, MOST_SECONDS = 5_000, 600.0  # notes, and seconds


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


def checked_seconds(seconds: float) -> float:
    """How much of a file's end is gone on from. Raises UserError where that is nothing, or more than may be."""
    if not 0 < seconds <= MOST_SECONDS:
        raise UserError(f"a primer has more than 0 and at most {MOST_SECONDS:g} seconds, not {seconds:g}")
    return seconds


def is_file(word: str) -> bool:
    return word.lower().endswith(SUFFIXES)


def symbol_primer(word: str, transpose: int = 0, chords: int = MOST) -> SymbolPrimer:
    """A start note such as `C3`, or a path to a MIDI file, transposed.

    Args:
        chords: of a file's end, at most.

    Raises: UserError where it is neither, or where none of it stays on the piano.
    """
    if is_file(word):
        try:
            return symbols_in(read_bytes(Path(word)), Path(word).stem, transpose, chords)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
    return SymbolPrimer(word, (pitch_name(_key(word, transpose, "")),), word)


def note_primer(word: str, pedal: PedalRule, transpose: int = 0, seconds: float = MOST_SECONDS) -> NotePrimer:
    """`nothing`, a key such as `C3`, or the path of a MIDI file, transposed.

    Args:
        seconds: of a file's end, up to its last note, at most.

    Raises: UserError where it is none of them, cannot be read, or where none of it stays on the piano.
    """
    if word == NOTHING:
        return NotePrimer(word, _struck(0, 0), "from nothing")
    if is_file(word):
        try:
            performance = guarded_performance(read_bytes(Path(word)), word, pedal)
        except BadMidi as error:
            raise UserError(f"the primer {error}") from None
        return notes_in(Path(word).stem, performance, transpose, seconds)
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


def symbols_in(data: bytes, name: str, transpose: int = 0, most: int | None = None) -> SymbolPrimer:
    """A file's chords by the paper's rule; the last `most` of them, if given. Raises BadMidi."""
    stream, content = guarded_content_of(data, name)
    chords: list[list[int]] = [[]]
    for pitch in stream.tolist():
        if pitch == NEXT_MARK:
            chords.append([])
        elif LOWEST_PITCH <= pitch + transpose <= HIGHEST_PITCH:
            chords[-1].append(pitch + transpose)
    chords = [chord for chord in chords if chord]
    if not chords:
        raise BadMidi(f"{name}: moved by {transpose} semitones, no note of it is on the piano's 88 keys")
    last = chords if most is None else _end_of_chords(chords, most)
    symbols = symbols_of([pitch for chord in last for pitch in (*chord, NEXT_MARK)])[:-1]
    those = _last_of(len(last), len(chords))
    return SymbolPrimer(name, tuple(symbols), f"{those} notes and chords of {name}; {_left_out(content, transpose)}")


def _end_of_chords(chords: list[list[int]], most: int) -> list[list[int]]:
    """The last chords, of no more than `MOST` notes."""
    notes = np.cumsum([len(chord) for chord in reversed(chords[-most:])])
    return chords[-max(int(np.searchsorted(notes, MOST, side="right")), 1) :]


def _last_of(last: int, whole: int) -> str:
    return f"{last:,}" if last == whole else f"the last {last:,} of {whole:,}"


def _left_out(content: Content, transpose: int) -> str:
    """What of a file the 90 symbols cannot express, in words."""
    moved = np.arange(len(content.pitches)) + transpose
    off = int(content.pitches[(moved < LOWEST_PITCH) | (moved > HIGHEST_PITCH)].sum())
    left = [f"{off} of {content.pitches.sum()} notes, off the 88 keys"] if off else []
    left += [f"{content.drums} drum notes"] if content.drums else []
    left += ["durations, rests, loudness"]
    left += ["the pedal"] if content.pedal else []
    return f"left out, not in the vocabulary: {', '.join(left)}"


def _struck(pitch: int, count: int) -> Steps:
    time, pitches = np.zeros(count), np.full(count, pitch, np.uint8)
    return quantize(Performance(time, time + KEY_SECONDS, pitches, np.full(count, KEY_VELOCITY, np.uint8)))


def notes_in(name: str, performance: Performance, transpose: int, seconds: float) -> NotePrimer:
    """The end of a performance, as `note_primer` takes it. Raises UserError where no note of it stays on the piano."""
    note = performance.is_note
    moved = performance.pitch.astype(np.int64) + np.where(note, transpose, 0)
    kept = on_the_piano(np.where((moved < 0) | note & (moved >= PEDAL_UP), 0, moved).astype(np.uint8))
    if not (kept & note).any():
        raise UserError(f"the primer {name}: moved by {transpose} semitones, no note of it is on the piano's 88 keys")
    onset, release, velocity = performance.onset[kept], performance.release[kept], performance.velocity[kept]
    steps = quantize(Performance(onset, release, moved[kept].astype(np.uint8), velocity))
    last = _end_of(steps, seconds)
    whole, notes = int((kept & note).sum()), int((last.pitch < PEDAL_UP).sum())
    said = [f"{_last_of(notes, whole)} notes of {name}"]
    if off := int((~kept & note).sum()):
        said.append(f"left out {off:,} off the piano")
    return NotePrimer(name, last, "; ".join(said))


def _end_of(steps: Steps, seconds: float) -> Steps:
    """The last rows, counted from the first of them: `MOST`, and no more than so many seconds up to the last onset."""
    within = int(np.searchsorted(steps.onset, steps.onset[-1] - round(seconds * STEPS_PER_SECOND)))
    first = max(len(steps) - MOST, within)
    if not first and steps.onset[-1] <= seconds * STEPS_PER_SECOND:
        return steps
    begin = int(steps.onset[first])  # also where it is a long silence that comes first
    return Steps(steps.onset[first:] - begin, steps.release[first:] - begin, steps.pitch[first:], steps.bin[first:])
