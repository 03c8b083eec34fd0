"""A network and a primer → a piece, of a length in symbols, notes or seconds."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import islice
from math import ceil
from typing import Any

import numpy as np

from maestro_lstm.music import Chord, chords_of
from maestro_lstm.predictor import Predictor
from maestro_lstm.primers import Primer
from maestro_lstm.sampling import Steering, draws
from maestro_lstm.sections import Drawing, Unit
from maestro_lstm.symbols import END_ID, ID_OF_SYMBOL, NEXT_ID, SYMBOLS, Ids

MOST = 50  # symbols that are drawn for each note or chord wanted: a collapsed network would never have written it


@dataclass(frozen=True)
class Composition:
    """Symbols, and how they came about."""

    title: str
    symbols: tuple[str, ...]  # the primer's first
    given: int  # how many of them are the primer's
    chord_seconds: float  # how long each note or chord sounds
    about: dict[str, Any]  # who wrote it, with which seed and settings

    @cached_property
    def chords(self) -> list[Chord]:
        return chords_of(self.symbols)

    @cached_property
    def given_chords(self) -> int:
        """How many of the chords, the first ones, are the primer's."""
        return len(chords_of(self.symbols[: self.given]))

    @cached_property
    def told(self) -> str:
        """What it is, in a line."""
        drawn = self.symbols[self.given :]
        collapse = collapse_of(drawn)
        if collapse:
            return f"collapsed: {collapse} in {len(drawn):,} symbols"
        chords = self.chords[self.given_chords :]
        largest = max(map(len, chords), default=0)
        seconds = len(chords) * self.chord_seconds
        return f"{len(chords)} notes and chords, the largest of {largest}, {seconds:g} seconds"


def compose_all(
    network: Predictor,
    writer: str,
    primers: Sequence[Primer],
    pieces: int,
    seed: int,
    drawing: Drawing,
    chord_seconds: float,
    keep_primer: bool,
) -> dict[str, Composition]:
    """Pieces after each primer, with seeds seed, seed + 1, …; by a name that can be a file's.

    Args:
        writer: what the network is called.
        chord_seconds: how long a note or chord sounds.
        keep_primer: is it a part of the piece?
    """
    made = {}
    for primer in primers:
        for k in range(pieces):
            written = compose(network, primer, drawing, seed + k, chord_seconds)
            kept = primer.symbols if keep_primer else ()
            about = {
                "writer": writer,
                "from": primer.name,
                "primer": primer.told,
                "seed": seed + k,
                "drawing": drawing.model_dump(),
            }
            title = f"{writer}, from {primer.name}"
            made[name_of(primer.name, k)] = Composition(title, (*kept, *written), len(kept), chord_seconds, about)
    return made


def name_of(primer: str, k: int) -> str:
    """Of the files of the k-th piece, from 0, after a primer of this name."""
    return f"{re.sub(r'[^a-z0-9#-]+', '-', primer.lower())}-{k + 1}"


def compose(
    network: Predictor, primer: Primer, drawing: Drawing, seed: int, chord_seconds: float = 0.5
) -> tuple[str, ...]:
    """What a network writes after a primer, without the primer.

    Its length is in `drawing`: just so many symbols; or whole chords until there are so many notes, or until they sound
    so long. Of a network that writes no such thing it is 50 symbols for each note or chord wanted.
    """
    ids = [ID_OF_SYMBOL[symbol] for symbol in primer.symbols]
    drawn = (int(symbols[0]) for symbols in draws(network, ids, [seed], steering_of(drawing)))
    wanted = ceil(drawing.length / chord_seconds) if drawing.unit == "seconds" else drawing.length
    return tuple(SYMBOLS[id_] for id_ in _until(drawn, wanted, drawing.unit))


def excerpt(title: str, writer: str, ids: Ids, seconds: float, chord_seconds: float) -> Composition:
    """How a piece that there is begins: so many seconds of it, (S,) ids, as far as it goes."""
    symbols = tuple(SYMBOLS[id_] for id_ in _until(iter(ids.tolist()), ceil(seconds / chord_seconds), "seconds"))
    return Composition(title, symbols, 0, chord_seconds, {"writer": writer})


def compose_many(networks: Sequence[Predictor], pieces: int, symbols: int, seed: int, steering: Steering) -> Ids:
    """Pieces from their beginning, after an `<END>`, one after the other, (pieces · symbols,); by the networks in turn,
    with seeds seed, seed + 1, …"""
    out = np.empty((pieces, symbols), dtype=np.uint8)
    for k, network in enumerate(networks):
        mine = range(k, pieces, len(networks))
        if mine:
            steps = draws(network, [END_ID], [seed + place for place in mine], steering)
            out[list(mine)] = np.stack(list(islice(steps, symbols)), axis=1)
    return out.ravel()


def steering_of(drawing: Drawing) -> Steering:
    return Steering(**{field.name: getattr(drawing, field.name) for field in fields(Steering)})


def _until(drawn: Iterator[int], wanted: int, unit: Unit) -> Iterator[int]:
    """The first symbols, until there are so many symbols, notes, or (of seconds) chords."""
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


def collapse_of(symbols: Sequence[str]) -> str:
    """How a network that writes only one thing writes it, in words; nothing where it writes more than one."""
    chords = chords_of(symbols)
    if not chords:
        return f"only {' and '.join(sorted(set(symbols)))}" if symbols else "nothing"
    if len(set(chords)) > 1 or len(chords) < 3:  # two alike are no collapse
        return ""
    return "only one note" if len(chords[0]) == 1 else "only one chord"
