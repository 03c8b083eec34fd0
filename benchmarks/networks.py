"""Training and evaluation with every engine, on one core, over the study's own data."""

from collections.abc import Sequence
from typing import cast

import numpy as np

from benchmarks.as_published import trainer
from benchmarks.measure import Figure, Way, compare
from maestro_lstm.evaluation.likelihood import evaluate
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.network import initial_weights
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.model.predictors import predictor
from maestro_lstm.plumbing.choices import EngineName
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids
from maestro_lstm.training.engines import engine_for
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.windows import Plain, draw_starts

HIDDEN = 64
LENGTHS = (25, 50, 100, 200)  # T
# symbols a round; the slow ones do fewer of the same draws
SYMBOLS_OF = {"torch": 40_000, "compiled": 200_000, "scratch": 5_000, "as published": 5_000}


def training(ids: Ids) -> list[Figure]:
    """A symbol's share of an update: forward, loss, backward, ADAM; softmax twice, as in the paper."""
    figures = []
    for seq_len in LENGTHS:
        ways = {way: training_way(ids, way, seq_len, count) for way, count in SYMBOLS_OF.items()}
        figures += compare(f"training, T = {seq_len}", ways, "torch", "µs a symbol", 1e6)
    return figures


def training_way(ids: Ids, way: str, seq_len: int, symbols: int) -> Way:
    """Training on so many symbols; every call goes on from the one before, with the same draws."""
    use_cores(1)
    updates = symbols // seq_len
    starts = draw_starts(len(ids), seq_len, updates, seed=0)
    if way == "as published":
        weights = initial_weights(len(SYMBOLS), HIDDEN, seed=0)
        return Way(trainer(ids, weights, seq_len, starts[:, 0]), updates * seq_len)
    engine = cast(EngineName, way)
    settings = Settings(HIDDEN, "softmax", "adam", Schedule.constant(0.001), seq_len, 1, seed=0, engine=engine)
    own = engine_for(Plain(ids), len(SYMBOLS), settings)
    rates, lengths = np.full(updates, 0.001), np.full(updates, seq_len)
    return Way(lambda: own.take_updates(starts, rates, lengths), updates * seq_len)


def evaluation(ids: Ids) -> list[Figure]:
    """A whole split, the state carried from its first symbol to its last."""
    weights = initial_weights(len(SYMBOLS), HIDDEN, seed=0)
    engines: Sequence[EngineName] = ("torch", "compiled")
    networks: dict[str, Predictor] = {engine: predictor(weights, engine) for engine in engines}
    ways = {name: Way(lambda n=n: evaluate(n, ids[:-1], ids[1:]), 1) for name, n in networks.items()}  # type: ignore[misc]
    return compare(f"evaluation, {len(ids):,} symbols", ways, "torch", "s", 1, rounds=3)
