"""How a network is to be trained, as a file: what the sweeps chose and params.yaml says, put together.

The training depends on this file and not on all that it was put together from, so that a change which leaves a
network's plan as it was trains nothing again. The engine is not in it: what is planned can be trained on any machine.
"""

from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from maestro_lstm.compute import pick_engine
from maestro_lstm.files import damaged, read_json, write_json
from maestro_lstm.params import Params
from maestro_lstm.settings import Settings
from maestro_lstm.study import Plan, with_seeds

SETTINGS = TypeAdapter(Settings)
NOT_PLANNED = ("engine", "device", "seed")  # of the settings: where it is trained, and the seed, each run's own


def save_plan(path: Path, plan: Plan) -> None:
    told = plan.runs[0].told()
    settings = {name: value for name, value in told.items() if name not in NOT_PLANNED}
    seeds = [run.seed for run in plan.runs]
    write_json(path, {"used": plan.used, "settings": settings, "seeds": seeds})


def load_plan(path: Path, params: Params) -> Plan:
    """For this machine. Raises UserError, naming the file, where it is missing or damaged."""
    engine, device = pick_engine(params.engine, params.device)
    content = read_json(path)
    try:
        told: dict[str, Any] = content["settings"]
        settings = SETTINGS.validate_python({**told, "seed": 0, "engine": engine, "device": device})
        again = {name: value for name, value in settings.told().items() if name not in NOT_PLANNED}
        if again != told:
            raise ValueError("its settings are not such as it would be given")
        seeds = content["seeds"]
        if not isinstance(seeds, list) or not seeds or any(type(seed) is not int for seed in seeds):
            raise ValueError(f"seeds: {seeds!r}")
        return Plan(dict(content["used"]), with_seeds(settings, seeds))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
