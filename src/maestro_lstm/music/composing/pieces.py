"""A network continues a primer into a piece, of a length in symbols, notes or seconds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from math import ceil
from typing import Any

import numpy as np

from maestro_lstm.data.vocabulary.chords import Chord, chords_of, collapse_of
from maestro_lstm.data.vocabulary.symbols import END_ID, ID_OF_SYMBOL, NEXT_ID, SYMBOLS, Ids
from maestro_lstm.model.networks.predictor import Predictor
from maestro_lstm.music.composing.primers import Primer
from maestro_lstm.music.composing.sampling import Sampling, Steering, Unit, draws
from maestro_lstm.music.names import piece_name

MOST = 50  # symbols sampled per note or chord wanted: a collapsed network would never get there


@dataclass(frozen=True)
class Composition:
    """A piece as symbols, and how it was made."""

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
        collapse = collapse_of(written)
        if collapse:
            return f"collapsed: {collapse} in {len(written):,} symbols"
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
    sampling: Sampling,
    chord_seconds: float,
    keep_primer: bool,
) -> dict[str, Composition]:
    """Pieces after each primer, with seeds seed, seed + 1, …, by the name of their files.

    Args:
        writer: the network's name.
        chord_seconds: how long a note or chord sounds.
        keep_primer: whether the piece starts with the primer.
    """
    made = {}
    for primer in primers:
        for k in range(pieces):
            written = compose(network, primer, sampling, seed + k, chord_seconds)
            kept = primer.symbols if keep_primer else ()
            about = {
                "writer": writer,
                "from": primer.name,
                "primer": primer.summary,
                "seed": seed + k,
                "drawing": sampling.model_dump(),
            }
            title = f"{writer}, from {primer.name}"
            made[piece_name(primer.name, k)] = Composition(title, (*kept, *written), len(kept), chord_seconds, about)
    return made


def compose(
    network: Predictor, primer: Primer, sampling: Sampling, seed: int, chord_seconds: float = 0.5
) -> tuple[str, ...]:
    """What a network writes after a primer, without the primer.

    `sampling` gives the length: a number of symbols, or whole chords up to a number of notes or seconds. A network that
    never writes them stops after 50 symbols per note or chord wanted.
    """
    ids = [ID_OF_SYMBOL[symbol] for symbol in primer.symbols]
    drawn = (int(symbols[0]) for symbols in draws(network, ids, [seed], sampling.steering))
    wanted = ceil(sampling.length / chord_seconds) if sampling.unit == "seconds" else sampling.length
    return tuple(SYMBOLS[id_] for id_ in _until(drawn, wanted, sampling.unit))


def excerpt(title: str, writer: str, ids: Ids, seconds: float, chord_seconds: float) -> Composition:
    """The beginning of a real piece, (S,) ids: this many seconds of it, or all."""
    symbols = tuple(SYMBOLS[id_] for id_ in _until(iter(ids.tolist()), ceil(seconds / chord_seconds), "seconds"))
    return Composition(title, symbols, 0, chord_seconds, {"writer": writer})


def compose_many(networks: Sequence[Predictor], pieces: int, symbols: int, seed: int, steering: Steering) -> Ids:
    """Pieces from the beginning, after an `<END>`, concatenated to (pieces · symbols,); by the networks in turn,
    with seeds seed, seed + 1, …"""
    out = np.empty((pieces, symbols), dtype=np.uint8)
    for k, network in enumerate(networks):
        mine = range(k, pieces, len(networks))
        if mine:
            steps = draws(network, [END_ID], [seed + place for place in mine], steering)
            out[list(mine)] = np.stack(list(islice(steps, symbols)), axis=1)
    return out.ravel()


def _until(drawn: Iterator[int], wanted: int, unit: Unit) -> Iterator[int]:
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
