"""What the paper wished for (§5.2.3, §5.3), as sweeps: scheduled sequence lengths, the data in order, deeper networks;
and what makes the network `best` the best.

All on logits, and within a sweep all on equally many symbols. A candidate is one value of each list its sweep crosses.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise, product
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal

from maestro_lstm.params.params import BEST, Params
from maestro_lstm.plumbing.choices import LengthName, Part
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.study.final import own_settings
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings, with_seeds

POINTS = 50  # of a training's curve: where it may leave a snapshot
Candidate = tuple[Any, ...]  # one value of each list that is crossed
Rates = Mapping[Candidate, float]  # layers and hidden units -> what `search` found
WishName = Literal["lengths", "batch", "rule", "optimizer", "search", "size", "tune", "best"]
# a sweep -> the lists in params.yaml that it crosses
WISHES: dict[WishName, tuple[str, ...]] = {
    "lengths": ("wish_lengths.candidates",),
    "batch": ("wish_batch.draws", "wish_batch.batch"),
    "rule": ("wish_rule.rule",),
    "optimizer": ("wish_optimizer.optimizer", "wish_optimizer.rate"),
    "search": ("wish_size.layers", "wish_size.hidden", "wish_search.rate"),
    "size": ("wish_size.layers", "wish_size.hidden"),
    "tune": ("wish_tune.rate",),  # of `best` itself
    "best": ("wish_best.without",),
}
MAY_FAIL: tuple[WishName, ...] = ("optimizer", "search")  # a rate that is too high diverges, and is left out


def factors_of(wish: WishName) -> list[str]:
    """What each value of a candidate is called."""
    return [key.partition(".")[2] for key in WISHES[wish]]


def crossed(params: Params, wish: WishName) -> list[Candidate]:
    """Every combination of the lists of a wish."""
    return list(product(*(attrgetter(key)(params) for key in WISHES[wish])))


def candidates(params: Params, wish: WishName, rates: Rates = MappingProxyType({})) -> dict[Candidate, list[Settings]]:
    """Every candidate of a sweep with its runs, one per seed.

    Args:
        rates: for `size`, what `search` found for each.

    Raises: UserError if a size has no rate.
    """
    seeds = range(params.seed, params.seed + params.wish(wish).seeds)
    found, longer = {}, of_longer(params, rates)
    for values in crossed(params, wish):
        if wish == "size" and values not in longer:
            raise UserError(f"wish_search: {' × '.join(map(str, values))} diverged at every rate: add a lower one")
        whole = (*values, longer[values]) if wish == "size" else values
        found[values] = with_seeds(settings_of(params, wish, whole), seeds)
    return found


def best_rates(nats: Mapping[Candidate, float]) -> Rates:
    """The rate with the fewest nats of each candidate without its last value, the rate."""
    found: dict[Candidate, float] = {}
    for *others, rate in sorted(nats, key=nats.__getitem__, reverse=True):
        found[tuple(others)] = rate
    return found


def of_longer(params: Params, rates: Rates) -> Rates:
    """The rates of the sizes' longer trainings."""
    return {size: rate * params.wish_size.rate for size, rate in rates.items()}


def compared(params: Params, wish: WishName, nats: Mapping[Candidate, float]) -> list[tuple[Candidate, Candidate]]:
    """Which candidates of a sweep are compared, each with the one that it is an alternative to.

    Args:
        nats: of every candidate.
    """
    there = list(nats)
    if wish in ("rule", "best"):
        return [(one, there[0]) for one in there[1:]]
    if wish == "lengths":  # with the constant length that makes as many updates as the scheduled ones
        middle = (params.wish_lengths.shortest + params.wish_lengths.longest) / 2
        constant = [one for one in there if isinstance(one[0], int)]
        if not constant:
            return []
        reference = min(constant, key=lambda one: abs(one[0] - middle))
        return [(one, reference) for one in there if one != reference]
    if wish == "optimizer":  # each at its best rate
        best = {optimizer: (optimizer, rate) for (optimizer,), rate in best_rates(nats).items()}
        first, *others = dict.fromkeys(one[0] for one in there)
        return [(best[one], best[first]) for one in others]
    return _neighbours(there)


def _neighbours(there: Sequence[Candidate]) -> list[tuple[Candidate, Candidate]]:
    """Candidates of two lists: each with the one before it in either list."""
    found = []
    for one, two in ((0, 1), (1, 0)):
        values = list(dict.fromkeys(candidate[one] for candidate in there))
        for other in dict.fromkeys(candidate[two] for candidate in there):
            row = [(value, other) if one == 0 else (other, value) for value in values]
            found += [(after, before) for before, after in pairwise(row)]
    return found


def settings_of(params: Params, wish: WishName, candidate: Candidate) -> Settings:
    """How a candidate is trained, with the first seed. A candidate of `size` is given with its rate."""
    if wish in ("optimizer", "search", "size", "tune", "best"):
        wished = _like_best(params, wish, candidate)
    else:
        wished = _as_wished(params, wish, candidate)
    return replace(wished, log_every=max(wished.symbols // (wished.batch * wished.seq_len) // POINTS, 1))


def _as_wished(params: Params, wish: WishName, candidate: Candidate) -> Settings:
    """With Adam, in the way of `wishes`. Its rate grows with √B: the mean over B sequences has 1/√B of the noise."""
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
    if wish == "lengths":
        wished = _with_length(base, section, candidate[0])
    elif wish == "batch":
        draws, batch = candidate
        wished = replace(base, draws=draws, batch=batch)
    else:
        wished = replace(base, draws="streams")  # on the symbols of its rule
    return replace(wished, schedule=Cosine(common.rate * math.sqrt(wished.batch), common.warm_up))


def _with_length(base: Settings, section: Any, candidate: int | LengthName) -> Settings:
    if isinstance(candidate, int):
        return replace(base, seq_len=candidate)
    up = section.updates_up if candidate == "cyclical" else 0
    return replace(base, lengths=candidate, shortest=section.shortest, seq_len=section.longest, lengths_up=up)


def _like_best(params: Params, wish: WishName, candidate: Candidate) -> Settings:
    """As the network `best`, but as wide and for as long as the sweep says, and by one core. Adam has no weight decay
    here, so where it is compared Muon has none either."""
    best = own_settings(params, BEST)
    whole = replace(best, epochs=1, symbols=params.wish(wish).symbols, threads=1)
    rate: Any
    if wish == "best":
        rate, changed = params.wish_best.rate, replace(whole, hidden=params.wish_best.hidden, **_without(candidate[0]))
    elif wish == "tune":
        (rate,), changed = candidate, whole
    elif wish == "optimizer":
        optimizer, rate = candidate
        changed = replace(whole, hidden=params.wish_optimizer.hidden, optimizer=optimizer, weight_decay=0.0)
    else:
        layers, hidden, rate = candidate
        changed = replace(whole, layers=layers, hidden=hidden, skips=best.skips and layers > 1)
    return replace(changed, schedule=replace(best.schedule, peak=rate))


def _without(part: Part) -> dict[str, Any]:
    """The settings of a training that lacks one part of what `best` is made of."""
    parts: dict[Part, dict[str, Any]] = {
        "nothing": {},
        "skips": {"skips": False},
        "layers": {"layers": 1, "skips": False},
        "streams": {"draws": "random"},
        "transposition": {"transpose": 0},
        "decay": {"weight_decay": 0.0},
    }
    return parts[part]
