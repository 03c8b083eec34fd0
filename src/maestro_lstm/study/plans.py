"""How a network will be trained, as a file: the experiments' choices and params.yaml put together.

The training depends on this file and not on everything it was put together from: a change that leaves a network's plan
as it was re-trains nothing. The plan does not name an engine: it can be trained on any machine.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from maestro_lstm.plumbing.files import damaged, read_json, write_json
from maestro_lstm.training.settings import Settings, with_seeds

SETTINGS = TypeAdapter(Settings)
NOT_PLANNED = ("engine", "device", "seed")  # of the settings: where it is trained, and each run's own seed


@dataclass(frozen=True)
class Plan:
    """How one network is trained."""

    used: dict[str, Any]  # what is used of optimizer, learning_rate and seq_len, which the experiments choose
    runs: list[Settings]  # one per seed


def save_plan(path: Path, plan: Plan) -> None:
    seeds = [run.seed for run in plan.runs]
    write_json(path, {"used": plan.used, "settings": _planned(plan.runs[0]), "seeds": seeds})


def load_plan(path: Path) -> Plan:
    """Raises UserError, naming the file, where it is missing or damaged."""
    content = read_json(path)
    try:
        planned: dict[str, Any] = content["settings"]
        settings = SETTINGS.validate_python({**planned, "seed": 0})
        if _planned(settings) != planned:
            raise ValueError("its settings are not those of a training")
        seeds = content["seeds"]
        if not isinstance(seeds, list) or not seeds or any(type(seed) is not int for seed in seeds):
            raise ValueError(f"seeds: {seeds!r}")
        return Plan(dict(content["used"]), with_seeds(settings, seeds))
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(path, error) from None


def _planned(settings: Settings) -> dict[str, Any]:
    return {name: value for name, value in settings.as_dict().items() if name not in NOT_PLANNED}
