"""What the paper wished for (§5.2.3, §5.3), as sweeps: deeper networks, scheduled sequence lengths, the data in order.

All on logits, and within a sweep all on equally many symbols. A candidate is one value of each list its sweep crosses.
"""

import math
from dataclasses import replace
from itertools import product
from typing import Any, Literal

from maestro_lstm.choices import LengthName, Part
from maestro_lstm.model.training.schedules import Cosine
from maestro_lstm.model.training.settings import Settings, with_seeds
from maestro_lstm.study.params.file import Params

POINTS = 50  # of a training's curve: where it may leave a snapshot
Candidate = tuple[Any, ...]  # one value of each list that is crossed
WishName = Literal["size", "lengths", "batch", "rule", "best"]
# what the paper wished for -> the lists of its section in params.yaml that are crossed
WISHES: dict[WishName, tuple[str, ...]] = {
    "size": ("layers", "hidden"),
    "lengths": ("candidates",),
    "batch": ("draws", "batch"),
    "rule": ("rule",),
    "best": ("without",),  # ours: what each part of the network `best` is worth
}


def candidates(params: Params, wish: WishName) -> dict[Candidate, list[Settings]]:
    """Every candidate of a sweep with its runs, one per seed."""
    seeds = range(params.seed, params.seed + params.wish(wish).seeds)
    return {values: with_seeds(settings_of(params, wish, values), seeds) for values in crossed(params, wish)}


def crossed(params: Params, wish: WishName) -> list[Candidate]:
    """Every combination of the lists of a wish."""
    return list(product(*(getattr(params.wish(wish), key) for key in WISHES[wish])))


def settings_of(params: Params, wish: WishName, candidate: Candidate) -> Settings:
    """How a candidate is trained, with the first seed."""
    common, section = params.wishes, params.wish(wish)
    base = Settings(
        hidden=common.hidden,
        output="logits",
        optimizer="adam",
        schedule=Cosine(common.rate, common.warm_up),
        seq_len=common.seq_len,
        epochs=1,
        seed=params.seed,
        smoothing=params.train.smoothing,
        batch=common.batch,
        symbols=section.symbols,
    )
    if wish == "size":
        layers, hidden = candidate
        wished = replace(base, draws="streams", layers=layers, hidden=hidden)
    elif wish == "lengths":
        wished = _with_length(base, section, candidate[0])
    elif wish == "batch":
        draws, batch = candidate
        wished = replace(base, draws=draws, batch=batch)
    elif wish == "rule":
        wished = replace(base, draws="streams")  # on the symbols of its rule
    else:
        wished = _best_without(params, base, candidate[0])
    return replace(
        wished,
        schedule=Cosine(_rate(params, wish, wished), common.warm_up),
        log_every=max(wished.symbols // (wished.batch * wished.seq_len) // POINTS, 1),
    )


def _rate(params: Params, wish: WishName, wished: Settings) -> float:
    """Peak learning rate. Adam's grows with √B, as the mean over B sequences has 1/√B of the noise, and falls with √H:
    at the rate that suits 64 units, 3 × 512 learn nothing. The best network has a rate of its own."""
    best = params.networks["best"].training
    if wish == "best" and best and wished.optimizer == best.optimizer:
        return best.rate
    return params.wishes.rate * math.sqrt(wished.batch * params.wishes.hidden / wished.hidden)


def _best_without(params: Params, base: Settings, part: Part) -> Settings:
    """The network `best`, smaller and trained as briefly as the others here, without one of its parts."""
    best = params.networks["best"]
    assert best.training  # `Params` checks this
    whole = replace(
        base,
        hidden=params.wish_best.hidden,
        layers=best.layers,
        skips=best.skips,
        optimizer=best.training.optimizer,
        draws="streams",
        transpose=best.training.transpose,
    )
    left_out: dict[Part, dict[str, Any]] = {
        "nothing": {},
        "muon": {"optimizer": "adam"},
        "skips": {"skips": False},
        "layers": {"layers": 1, "skips": False},
        "streams": {"draws": "random"},
        "transposition": {"transpose": 0},
    }
    return replace(whole, **left_out[part])


def _with_length(base: Settings, section: Any, candidate: int | LengthName) -> Settings:
    if isinstance(candidate, int):
        return replace(base, seq_len=candidate)
    up = section.updates_up if candidate == "cyclical" else 0
    return replace(base, lengths=candidate, shortest=section.shortest, seq_len=section.longest, lengths_up=up)
