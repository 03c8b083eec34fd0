"""A piece, as symbols or as it was played, and how it came about; the beginnings of real ones; how much is enough."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np

from maestro_lstm.generation.sampling import Unit
from maestro_lstm.tokens import chords
from maestro_lstm.tokens.chords import Chord, chords_of
from maestro_lstm.tokens.performance import Bytes, Performance
from maestro_lstm.tokens.vocabulary import END_ID, NEXT_ID, SYMBOLS, Ids


@dataclass(frozen=True)
class SymbolPiece:
    """A piece as symbols."""

    title: str
    symbols: tuple[str, ...]  # those of the primer come first
    given: int  # how many of them are the primer's
    chord_seconds: float  # how long each note or chord sounds
    about: dict[str, Any]  # the writer, seed and settings

    @cached_property
    def chords(self) -> list[Chord]:
        return chords_of(self.symbols)

    @cached_property
    def given_chords(self) -> int:
        """How many of the first chords are the primer's."""
        return len(chords_of(self.symbols[: self.given]))

    @cached_property
    def summary(self) -> str:
        """What it is, in one line."""
        written = self.symbols[self.given :]
        collapse = chords.collapse_of(written)
        if collapse:
            return f"collapsed: {collapse} in {len(written):,} symbols"
        own = self.chords[self.given_chords :]
        seconds = len(own) * self.chord_seconds
        return f"{len(own)} notes and chords, the largest of {max(map(len, own), default=0)}, {seconds:g} seconds"

    @property
    def has_notes(self) -> bool:
        return bool(self.chords)

    def content(self) -> dict[str, Any]:
        """What of it goes into its JSON file."""
        # notes: the paper's name for its symbols
        return {"chord_seconds": self.chord_seconds, "given": self.given, "notes": self.symbols}


@dataclass(frozen=True)
class NotePiece:
    """A piece as it was played, by a network or by a pianist."""

    title: str
    performance: Performance  # the primer's rows come first
    given: int  # how many of them are the primer's
    about: dict[str, Any]  # the writer, seed and settings

    @cached_property
    def summary(self) -> str:
        """What it is, in one line."""
        own = slice(self.given, None)
        note = self.performance.is_note[own]
        onset, release = self.performance.onset[own][note], self.performance.release[own][note]
        if not len(onset):
            return "silence"
        pitch, velocity = self.performance.pitch[own][note], self.performance.velocity[own][note]
        seconds = float(release.max() - onset[0])
        collapse = few_keys(self.performance.pitch[own][note])
        told = f"collapsed: {collapse}; " if collapse else ""
        return (
            f"{told}{len(onset):,} notes in {seconds:.0f} seconds, {len(onset) / max(seconds, 0.01):.1f} a second, "
            f"{len(np.unique(pitch))} different keys, velocity {velocity.mean():.0f} ± {velocity.std():.0f}"
        )

    @property
    def has_notes(self) -> bool:
        return bool(self.performance.is_note.any())

    def content(self) -> dict[str, Any]:
        """What of it goes into its JSON file."""
        columns = {
            "onset": np.round(self.performance.onset, 3).tolist(),
            "release": np.round(self.performance.release, 3).tolist(),
            "pitch": self.performance.pitch.tolist(),
            "velocity": self.performance.velocity.tolist(),
        }
        return {"given": self.given, "notes": columns}


Piece = SymbolPiece | NotePiece


def few_keys(pitches: Bytes) -> str:
    """What a collapsed network plays again and again, in words; empty if it plays more than that."""
    if not len(pitches):
        return "silence"
    if len(pitches) >= 3 and len(np.unique(pitches)) == 1:
        return "one note"
    if len(pitches) >= 30 and len(np.unique(pitches)) <= 3:
        return "two or three notes"
    return ""


MOST = 50  # symbols sampled per note or chord wanted: a collapsed network would never get there


def symbol_excerpt(title: str, writer: str, ids: Ids, seconds: float, chord_seconds: float) -> SymbolPiece:
    """The beginning of a real piece, (S,) ids: this many seconds of it, or all."""
    symbols = tuple(SYMBOLS[id_] for id_ in until(iter(ids.tolist()), ceil(seconds / chord_seconds), "seconds"))
    return SymbolPiece(title, symbols, 0, chord_seconds, {"writer": writer})


def note_excerpt(title: str, writer: str, performance: Performance, seconds: float) -> NotePiece:
    """The beginning of a real performance; nothing sounds on after it."""
    return NotePiece(title, performance.beginning(seconds), 0, {"writer": writer})


def until(drawn: Iterator[int], wanted: int, unit: Unit) -> Iterator[int]:
    """Symbols until there are as many symbols, notes or (for seconds) chords as wanted."""
    chord: set[int] = set()
    count = 0
    for symbols, id_ in enumerate(drawn, start=1):
        yield id_
        if id_ not in (END_ID, NEXT_ID):
            chord.add(id_)
        elif chord:
            count += len(chord) if unit == "notes" else 1
            chord = set()
        done = symbols if unit == "symbols" else count
        if done >= wanted or symbols >= MOST * wanted:
            return
