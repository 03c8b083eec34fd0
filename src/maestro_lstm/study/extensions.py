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

from maestro_lstm.params.params import BEST, PERFORMER, Params
from maestro_lstm.plumbing.choices import LengthName, Part
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.study.final import own_settings
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings, with_seeds

POINTS = 50  # of a training's curve: where it may leave a snapshot
Candidate = tuple[Any, ...]  # one value of each list that is crossed
Rates = Mapping[Candidate, float]  # layers and hidden units -> what `search` found
ExtensionName = Literal["lengths", "batch", "rule", "optimizer", "search", "size", "tune", "best", "look", "look_best"]
# a sweep -> the lists in params.yaml that it crosses
EXTENSIONS: dict[ExtensionName, tuple[str, ...]] = {
    "lengths": ("extend_lengths.candidates",),
    "batch": ("extend_batch.draws", "extend_batch.batch"),
    "rule": ("extend_rule.rule",),
    "optimizer": ("extend_optimizer.optimizer", "extend_optimizer.rate"),
    "search": ("extend_size.layers", "extend_size.hidden", "extend_search.rate"),
    "size": ("extend_size.layers", "extend_size.hidden"),
    "tune": ("extend_tune.rate",),  # of `best` itself
    "best": ("extend_best.without",),
    "look": ("extend_look.variant",),
    "look_best": ("extend_look_best.variant",),
}
VARIED: dict[ExtensionName, str] = {"look": PERFORMER, "look_best": BEST}  # the networks of which variants are compared
MAY_FAIL: tuple[ExtensionName, ...] = (
    "optimizer",
    "search",
    "look",
    "look_best",
)  # a rate that is too high diverges, and is left out


def factors_of(sweep: ExtensionName) -> list[str]:
    """What each value of a candidate is called."""
    return [key.partition(".")[2] for key in EXTENSIONS[sweep]]


def crossed(params: Params, sweep: ExtensionName) -> list[Candidate]:
    """Every combination of the lists of a sweep."""
    return list(product(*(attrgetter(key)(params) for key in EXTENSIONS[sweep])))


def candidates(
    params: Params, sweep: ExtensionName, rates: Rates = MappingProxyType({})
) -> dict[Candidate, list[Settings]]:
    """Every candidate of a sweep with its runs, one per seed.

    Args:
        rates: for `size`, what `search` found for each.

    Raises: UserError if a size has no rate.
    """
    seeds = range(params.seed, params.seed + params.extension(sweep).seeds)
    found, longer = {}, of_longer(params, rates)
    for values in crossed(params, sweep):
        if sweep == "size" and values not in longer:
            raise UserError(f"extend_search: {' × '.join(map(str, values))} diverged at every rate: add a lower one")
        whole = (*values, longer[values]) if sweep == "size" else values
        found[values] = with_seeds(settings_of(params, sweep, whole), seeds)
    return found


def best_rates(nats: Mapping[Candidate, float]) -> Rates:
    """The rate with the fewest nats of each candidate without its last value, the rate."""
    found: dict[Candidate, float] = {}
    for *others, rate in sorted(nats, key=nats.__getitem__, reverse=True):
        found[tuple(others)] = rate
    return found


def of_longer(params: Params, rates: Rates) -> Rates:
    """The rates of the sizes' longer trainings."""
    return {size: rate * params.extend_size.rate for size, rate in rates.items()}


def compared(
    params: Params, sweep: ExtensionName, nats: Mapping[Candidate, float]
) -> list[tuple[Candidate, Candidate]]:
    """Which candidates of a sweep are compared, each with the one that it is an alternative to.

    Args:
        nats: of every candidate.
    """
    there = list(nats)
    if sweep in ("rule", "best", *VARIED):
        return [(one, there[0]) for one in there[1:]]
    if sweep == "lengths":  # with the constant length that makes as many updates as the scheduled ones
        middle = (params.extend_lengths.shortest + params.extend_lengths.longest) / 2
        constant = [one for one in there if isinstance(one[0], int)]
        if not constant:
            return []
        reference = min(constant, key=lambda one: abs(one[0] - middle))
        return [(one, reference) for one in there if one != reference]
    if sweep == "optimizer":  # each at its best rate
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


def settings_of(params: Params, sweep: ExtensionName, candidate: Candidate) -> Settings:
    """How a candidate is trained, with the first seed. A candidate of `size` is given with its rate."""
    if sweep in VARIED:
        settings = _varied(params, sweep, candidate[0])
    elif sweep in ("optimizer", "search", "size", "tune", "best"):
        settings = _like_best(params, sweep, candidate)
    else:
        settings = _plainly(params, sweep, candidate)
    return replace(settings, log_every=max(settings.symbols // (settings.batch * settings.seq_len) // POINTS, 1))


def _plainly(params: Params, sweep: ExtensionName, candidate: Candidate) -> Settings:
    """With Adam, as `extensions` says. Its rate grows with √B: the mean over B sequences has 1/√B of the noise."""
    common, section = params.extensions, params.extension(sweep)
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
    if sweep == "lengths":
        settings = _with_length(base, section, candidate[0])
    elif sweep == "batch":
        draws, batch = candidate
        settings = replace(base, draws=draws, batch=batch)
    else:
        settings = replace(base, draws="streams")  # on the symbols of its rule
    return replace(settings, schedule=Cosine(common.rate * math.sqrt(settings.batch), common.warm_up))


def _with_length(base: Settings, section: Any, candidate: int | LengthName) -> Settings:
    if isinstance(candidate, int):
        return replace(base, seq_len=candidate)
    up = section.updates_up if candidate == "cyclical" else 0
    return replace(base, lengths=candidate, shortest=section.shortest, seq_len=section.longest, lengths_up=up)


def _like_best(params: Params, sweep: ExtensionName, candidate: Candidate) -> Settings:
    """As the network `best`, but as wide and for as long as the sweep says, and by one core. Adam has no weight decay
    here, so where it is compared Muon has none either."""
    best = own_settings(params, BEST)
    whole = replace(best, epochs=1, symbols=params.extension(sweep).symbols, threads=1)
    rate: Any
    if sweep == "best":
        rate = params.extend_best.rate
        changed = replace(whole, hidden=params.extend_best.hidden, **_without(candidate[0]))
    elif sweep == "tune":
        (rate,), changed = candidate, whole
    elif sweep == "optimizer":
        optimizer, rate = candidate
        changed = replace(whole, hidden=params.extend_optimizer.hidden, optimizer=optimizer, weight_decay=0.0)
    else:
        layers, hidden, rate = candidate
        changed = replace(whole, layers=layers, hidden=hidden, skips=best.skips and layers > 1)
    return replace(changed, schedule=replace(best.schedule, peak=rate))


def _varied(params: Params, sweep: ExtensionName, variant: str) -> Settings:
    """As a network of params.yaml, but as the sweep says, and by one core."""
    section = params.extension(sweep)
    one = next(one for one in section.variants if one.name == variant)
    base = own_settings(params, VARIED[sweep])
    own = {name: value for name, value in one if value is not None and hasattr(base, name)}
    own["look"] = one.size
    changed = replace(base, **({"symbols": section.symbols, "dropout": section.dropout, "threads": 1} | own))
    return replace(changed, schedule=replace(base.schedule, peak=one.rate or section.rate))


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
