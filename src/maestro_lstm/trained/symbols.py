"""A trained network of the 90 symbols."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.evaluation.likelihood import evaluate
from maestro_lstm.generation.compose_symbols import compose
from maestro_lstm.generation.pieces import SymbolPiece
from maestro_lstm.generation.primers import SymbolPrimer, symbol_primer, symbols_in
from maestro_lstm.generation.symbol_sampling import SymbolSampling
from maestro_lstm.model.checkpoint import Checkpoint, load_checkpoint
from maestro_lstm.model.predictors import predictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.symbols.vocabulary import END, ID_OF_SYMBOL
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

    def primer(self, word: str, transpose: int = 0) -> SymbolPrimer:
        return symbol_primer(word, transpose)

    def defaults(self, seconds: float) -> dict[str, Any]:
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
