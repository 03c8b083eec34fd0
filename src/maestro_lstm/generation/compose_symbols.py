"""A network of symbols goes on from a primer, for a length in symbols, notes or seconds."""

from collections.abc import Sequence
from itertools import islice
from math import ceil

import numpy as np

from maestro_lstm.generation.excerpts import until
from maestro_lstm.generation.primers import SymbolPrimer
from maestro_lstm.generation.symbol_sampling import SymbolSampling, draws
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.symbols.vocabulary import END_ID, ID_OF_SYMBOL, SYMBOLS, Ids


def compose(
    network: Predictor, primer: SymbolPrimer, sampling: SymbolSampling, seed: int, chord_seconds: float = 0.5
) -> tuple[str, ...]:
    """What a network writes after a primer, without the primer.

    `sampling` gives the length: a number of symbols, or whole chords up to a number of notes or seconds. A network that
    never writes them stops after 50 symbols per note or chord wanted.
    """
    ids = [ID_OF_SYMBOL[symbol] for symbol in primer.symbols]
    drawn = (int(symbols[0]) for symbols in draws(network, ids, [seed], sampling))
    wanted = ceil(sampling.length / chord_seconds) if sampling.unit == "seconds" else sampling.length
    return tuple(SYMBOLS[id_] for id_ in until(drawn, wanted, sampling.unit))


def compose_many(networks: Sequence[Predictor], pieces: int, symbols: int, seed: int, sampling: SymbolSampling) -> Ids:
    """Pieces from the beginning, after an `<END>`, concatenated to (pieces · symbols,); by the networks in turn,
    with seeds seed, seed + 1, …"""
    out = np.empty((pieces, symbols), dtype=np.uint8)
    for k, network in enumerate(networks):
        mine = range(k, pieces, len(networks))
        if mine:
            steps = draws(network, [END_ID], [seed + place for place in mine], sampling)
            out[list(mine)] = np.stack(list(islice(steps, symbols)), axis=1)
    return out.ravel()
