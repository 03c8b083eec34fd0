"""The beginnings of real pieces, as symbols and as they were played; and how much of a piece is enough."""

from collections.abc import Iterator
from math import ceil

from maestro_lstm.generation.pieces import NotePiece, SymbolPiece
from maestro_lstm.generation.symbol_sampling import Unit
from maestro_lstm.performances.performance import Performance
from maestro_lstm.symbols.vocabulary import END_ID, NEXT_ID, SYMBOLS, Ids

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
