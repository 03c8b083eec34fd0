"""Any network that makes music, by its name or from its file: one class a kind.

load("performer").compose("mine.mid", seconds=60).save("out.mid")
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.evaluation.likelihood import evaluate
from maestro_lstm.evaluation.note_likelihood import cost_of
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.compose import compose, joined, play
from maestro_lstm.generation.names import NOTHING
from maestro_lstm.generation.pieces import NotePiece, SymbolPiece
from maestro_lstm.generation.primers import (
    MOST_SECONDS,
    NotePrimer,
    SymbolPrimer,
    checked_seconds,
    note_primer,
    symbol_primer,
    symbols_in,
)
from maestro_lstm.generation.sampling import CHORD_SECONDS, NoteSampling, SymbolSampling
from maestro_lstm.model.checkpoint import Checkpoint, load_checkpoint, load_performer, read_checkpoint
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictors import predictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.tokens.events import to_events
from maestro_lstm.tokens.note_tokens import KEYS, on_the_piano
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import quantize
from maestro_lstm.tokens.reading import guarded_performance
from maestro_lstm.tokens.vocabulary import END, ID_OF_SYMBOL
from maestro_lstm.trained.network import NUCLEUS, Prediction, TrainedNetwork


@dataclass
class SymbolNetwork(TrainedNetwork[SymbolPiece]):
    """A network of the 90 symbols: chords in equal steps."""

    Sampling = SymbolSampling
    default_primer = "C3"
    extra = ("chord_seconds",)

    @staticmethod
    def of_checkpoint(path: Path, checkpoint: Checkpoint) -> Stepper:
        return Stepper(load_checkpoint(path, checkpoint).weights)

    def primer(self, word: str, transpose: int = 0, seconds: float = MOST_SECONDS) -> SymbolPrimer:
        return symbol_primer(word, transpose, ceil(checked_seconds(seconds) / self.chord_seconds))

    def defaults(self, seconds: float, word: str) -> dict[str, Any]:  # noqa: ARG002
        return {"length": max(round(seconds), 1), "unit": "seconds", "top_p": NUCLEUS}

    def with_options(
        self, given: Mapping[str, Any], spelled: Callable[[str], str] = lambda name: name
    ) -> "SymbolNetwork":
        seconds = given.get("chord_seconds", self.chord_seconds)
        if not 0 < seconds <= 60:
            raise UserError(f"{spelled('chord_seconds')} is above 0 and at most 60, not {seconds}")
        return replace(self, chord_seconds=seconds)

    def _continued(
        self, primer: SymbolPrimer, seeds: range, sampling: SymbolSampling, keep_primer: bool
    ) -> Iterator[Callable[..., SymbolPiece]]:
        kept = primer.symbols if keep_primer else ()
        for seed in seeds:
            symbols = (*kept, *compose(self.network, primer, sampling, seed, self.chord_seconds))
            yield partial(SymbolPiece, symbols=symbols, given=len(kept), chord_seconds=self.chord_seconds)

    def _predicted(self, data: bytes, name: str) -> Prediction:
        symbols = [END, *symbols_in(data, name).symbols]
        ids = np.array([ID_OF_SYMBOL[symbol] for symbol in symbols], np.uint8)
        scores = evaluate(predictor(self.network.weights, "compiled", "cpu"), ids[:-1], ids[1:])
        return Prediction(scores.symbols, scores.nats, None, scores.accuracy)


# notes a second to aim at from nothing, where the first notes would decide: of 40 seeds without it, one had 1.4 and one
# 23.1 over half a minute; with it 2.3 to 12.8
AT_FIRST = 8.0
COOLER = 0.95  # how boldly times are drawn, as chosen on validation (docs/performances.md)


@dataclass
class NoteNetwork(TrainedNetwork[NotePiece]):
    """A network of performances: it plays, with time, velocity and pedal."""

    Sampling = NoteSampling
    default_primer = NOTHING

    @staticmethod
    def of_checkpoint(path: Path, checkpoint: Checkpoint) -> Performer:
        return load_performer(path, checkpoint)

    @property
    def pedal(self) -> PedalRule:
        return "events" if self.network.pitches > KEYS else "folded"

    def primer(self, word: str, transpose: int = 0, seconds: float = MOST_SECONDS) -> NotePrimer:
        return note_primer(word, self.pedal, transpose, checked_seconds(seconds))

    def defaults(self, seconds: float, word: str) -> dict[str, Any]:
        density = AT_FIRST if word == NOTHING else 0.0
        return {"seconds": seconds, "top_p": NUCLEUS, "time_temperature": COOLER, "density": density}

    def _continued(
        self, primer: NotePrimer, seeds: range, sampling: NoteSampling, keep_primer: bool
    ) -> Iterator[Callable[..., NotePiece]]:
        for own in play(self.network, primer.steps, seeds, sampling):
            performance, given = joined(primer.steps, own, keep_primer, sampling.seconds)
            yield partial(NotePiece, performance=performance, given=given)

    def _predicted(self, data: bytes, name: str) -> Prediction:
        whole = guarded_performance(data, name, self.pedal)
        there = on_the_piano(whole.pitch)
        piece = Performance(whole.onset[there], whole.release[there], whole.pitch[there], whole.velocity[there])
        if not piece.is_note.any():
            raise BadMidi(f"{name}: no note on the piano's 88 keys")
        nats, notes = float(cost_of(self.network, [piece]).nats.sum()), int(piece.is_note.sum())
        events = len(to_events(quantize(piece))) if self.pedal == "folded" else None
        return Prediction(notes, nats / notes, nats / events if events else None, None)


KINDS: dict[str, type[TrainedNetwork[Any]]] = {"symbols": SymbolNetwork, "performer": NoteNetwork}


def load(
    word: str | Path, *, name: str = "", font: str | Path | None = None, chord_seconds: float = CHORD_SECONDS
) -> TrainedNetwork[Any]:
    """A trained network: `performer` or `best`, which come with the package, or the file of one that you trained.

    Args:
        name: to sign its pieces with; its file's if not given, or its folder's where that is a seed's.
        font: a SoundFont (.sf2) to play on.
        chord_seconds: how long a note or chord of the 90 symbols sounds.

    Raises: UserError where there is no such network, or where the file is damaged or of a kind that makes no music.
    """
    path = network_file(str(word))
    checkpoint = read_checkpoint(path)
    kind = checkpoint.settings["kind"]
    if kind not in KINDS:
        raise UserError(f"{path} holds a network of {kind}, which makes no music")
    network = KINDS[kind].of_checkpoint(path, checkpoint)
    by_file = path.resolve().parent.name if path.stem.startswith("seed-") else path.stem
    return KINDS[kind](name or by_file, network, path, None if font is None else soundfont(str(font)), chord_seconds)
