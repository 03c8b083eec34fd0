"""ship: a trained network as package data: half precision, with its figures, unless the one that is there is better.

python -m stages.shipping.ship performer
"""

import math
from pathlib import Path
from typing import Any

from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.model.networks.device import pick_engine, use_cores
from maestro_lstm.plumbing.provenance import circumstances, hash_of
from maestro_lstm.shipped.networks import LICENCE, export, told_of
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.performances.breakdown import event_counts
from maestro_lstm.study.performances.scoring import cost_of
from maestro_lstm.weights.checkpoint import read_checkpoint
from maestro_lstm.weights.performer import load_performer
from stages import command, paths


def main() -> None:
    params, name = load_params(), command.argument("network")
    training, device = params.networks[name].training, pick_engine(params.engine, params.device)[1]
    use_cores(training.threads if training else 1)
    model, target = paths.model(name, params.seed), paths.SHIPPED / f"{name}.safetensors"
    checkpoint = read_checkpoint(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    rounded = target.with_name(f".{name}.safetensors")
    export(checkpoint, rounded, {})
    figures = {split: figures_of(rounded, split, device) for split in ("validation", "test")}
    rounded.unlink()
    shipped = told_of(target).get("figures", {}).get("validation", math.inf) if target.exists() else math.inf
    if target.exists() and (params.corpus != "maestro" or shipped <= figures["validation"]):
        print(f"{name}: {figures['validation']} nats an event on validation; the shipped one ({shipped}) stays")
        return
    made = circumstances(Path(__file__))
    commit = f"{made['commit']}{' and uncommitted changes' if made['uncommitted'] else ''}"
    told = {"figures": figures, "unit": "nats an event", "commit": commit, "code": made["code"]}
    licence = LICENCE if params.corpus == "maestro" else ""
    export(checkpoint, target, {**told, "model": hash_of(paths.MODELS / name), "licence": licence})
    print(f"{name}: {figures['test']} nats an event on test, {target.stat().st_size / 1e6:.1f} MB")


def figures_of(path: Path, split: Any, device: str) -> float:
    """Nats an event of the rounded weights, the state carried through whole pieces."""
    pieces = list(open_performances(paths.PERFORMANCES / split))
    return round(float(cost_of(load_performer(path), pieces, device).nats.sum() / event_counts(pieces).sum()), 4)


if __name__ == "__main__":
    command.run(main)
