"""The final trainings (§4.4): as the experiments chose, or in a way of the network's own."""

from dataclasses import fields
from typing import Any

from maestro_lstm.params.params import SWEEPS, Params
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.study.paper import Choices, network_settings, schedule_of
from maestro_lstm.study.plans import Plan
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings, with_seeds


def plan_of(params: Params, network: str, chosen: Choices) -> Plan:
    """The final training of a network. Raises UserError for an unknown network."""
    if network not in params.networks:
        raise BadSetting(f"networks.{network} is missing")
    own = params.networks[network].training
    if own:
        used = {"optimizer": own.optimizer, "learning_rate": "cosine", "seq_len": own.seq_len}
        return Plan(used, with_seeds(own_settings(params, network), range(params.seed, params.seed + own.seeds)))
    used = final_choices(params, chosen)
    schedule = schedule_of(params, used["learning_rate"])
    settings = network_settings(params, network, used["optimizer"], schedule, used["seq_len"], params.train.epochs)
    return Plan(used, with_seeds(settings, params.all_seeds))


def own_settings(params: Params, network: str) -> Settings:
    """Of a network that is trained in a way of its own, with the first seed."""
    one = params.networks[network]
    assert one.training
    given = {**one.model_dump(), **one.training.model_dump()}
    own = {name: given[name] for name in given.keys() & {field.name for field in fields(Settings)}}
    own["look"] = one.look.size if one.look else None
    if one.vocabulary == "performances":
        own["pedal"] = params.performances.pedal
    schedule = Cosine(one.training.rate, one.training.warm_up)
    return Settings(**own, schedule=schedule, seed=params.seed, smoothing=params.train.smoothing, draws="streams")


def final_choices(params: Params, chosen: Choices) -> dict[str, Any]:
    """What the final training uses: the user's value where there is one, else the experiment's winner."""
    given = {name: getattr(params, name) for name in SWEEPS}
    return {name: chosen[name] if value == "auto" else value for name, value in given.items()}
