"""Why the plateau, and who leaves it? The paper's setting, varied: what a section of params.yaml lists is crossed.

`crossed` has the causes that were suspected: the loss, the optimizer and its learning rate, where sequences begin. The
others have one question each: Adam's ε, the scale of the loss, other draws from a point on, digits, learning rates,
how sharp the second softmax is, and how common the commonest symbol.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import Any, Literal, NamedTuple, get_args

from maestro_lstm.params.params import Params
from maestro_lstm.params.plateau import Crossing
from maestro_lstm.plumbing.choices import Output
from maestro_lstm.study.paper import network_settings, schedule_of
from maestro_lstm.training.settings import Settings, with_seeds

CrossingName = Literal["crossed", "epsilon", "scale", "branch", "precision", "rate", "dose", "share"]
CROSSINGS: tuple[CrossingName, ...] = get_args(CrossingName)
Values = tuple[Any, ...]  # one of each factor


class Cell(NamedTuple):
    """The factors of `crossed`."""

    output: Output
    optimizer: str
    learning_rate: str
    loss_of: str
    draws: str


def factors_of(params: Params, name: CrossingName) -> list[str]:
    """What is crossed, as tables name it: `loss` is a figure there."""
    first, *_ = _combinations(params.crossing(name))
    return ["loss_of" if factor == "loss" else factor for factor in first]


def candidates(params: Params, name: CrossingName) -> dict[Values, list[Settings]]:
    """Every combination with its runs, one per seed."""
    asked = params.crossing(name)
    seeds = range(params.seed, params.seed + (asked.seeds or params.seeds))
    return {tuple(cell.values()): with_seeds(_settings_of(params, asked, cell), seeds) for cell in _combinations(asked)}


def _combinations(asked: Crossing) -> list[dict[str, Any]]:
    """Every combination, by setting. An optimizer is one choice together with its rate."""
    lists = []
    for name in asked.listed:
        values = getattr(asked, name)
        if name == "optimizer":
            pairs = [(optimizer, rate) for optimizer, rates in values.items() for rate in rates]
            lists.append([{"optimizer": optimizer, "learning_rate": rate} for optimizer, rate in pairs])
        else:
            lists.append([{name: value} for value in values])
    return [{key: value for part in parts for key, value in part.items()} for parts in product(*lists)]


def _settings_of(params: Params, asked: Crossing, cell: Mapping[str, Any]) -> Settings:
    """The network `paper` with a combination's settings, probed during training."""
    changed: dict[str, Any] = {"optimizer": "adam", "learning_rate": "constant", **cell}
    optimizer, schedule = changed.pop("optimizer"), schedule_of(params, changed.pop("learning_rate"))
    common = params.explain
    plain = network_settings(params, "paper", optimizer, schedule, common.seq_len, params.sweep.epochs)
    changed |= {"log_every": common.log_every, "probes": asked.probes or common.probes}
    return replace(plain, symbols=asked.updates * common.seq_len, **changed)
