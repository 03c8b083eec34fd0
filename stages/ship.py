"""ship: a trained network as package data: half precision, with its figures, unless the one that is there is better.

python -m stages.ship performer
"""

import math
from dataclasses import dataclass
from pathlib import Path

from maestro_lstm.corpus.index import HELD_OUT, Split
from maestro_lstm.evaluation.breakdown import event_counts
from maestro_lstm.evaluation.held_out import Engine, report
from maestro_lstm.evaluation.note_likelihood import cost_of
from maestro_lstm.model.checkpoint import load_performer, read_checkpoint
from maestro_lstm.model.device import pick_engine, use_cores
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import record
from maestro_lstm.plumbing.provenance import circumstances, hash_of
from maestro_lstm.pretrained.networks import LICENCE, export, told_of
from maestro_lstm.tokens.columns import open_performances
from stages import command, paths


@dataclass(frozen=True)
class Figures:
    """Of the rounded weights, on a split."""

    nats: float
    unit: str
    accuracy: float | None = None  # percent


def of_performances(path: Path, split: Split, engine: Engine) -> Figures:
    """A network of performances, its state carried through whole pieces."""
    pieces = list(open_performances(paths.PERFORMANCES / split))
    nats = cost_of(load_performer(path), pieces, engine[1]).nats.sum() / event_counts(pieces).sum()
    return Figures(round(float(nats), 4), "nats an event")


def of_symbols(path: Path, split: Split, engine: Engine) -> Figures:
    """A network of the 90 symbols, its state carried through the split."""
    figures = report(path, paths.encoded(split), 1, engine, None).figures
    return Figures(figures["nats"], "nats a symbol", figures["accuracy"])


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    params = load_params()
    name = command.choice("network", tuple(params.networks))
    training, engine = params.networks[name].training, pick_engine(params.engine, params.device)
    use_cores(training.threads if training else 1)
    figures_of = VOCABULARIES[params.networks[name].vocabulary]
    model, target = paths.model(name, params.seed), paths.SHIPPED / f"{name}.safetensors"
    checkpoint = read_checkpoint(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    rounded = target.with_name(f".{name}.safetensors")
    export(checkpoint, rounded, {})
    found = {split: figures_of(rounded, split, engine) for split in HELD_OUT}
    rounded.unlink()
    figures = {split: one.nats for split, one in found.items()}
    shipped = told_of(target).get("figures", {}).get("validation", math.inf) if target.exists() else math.inf
    if target.exists() and (params.corpus != "maestro" or shipped < figures["validation"]):
        print(f"{name}: {figures['validation']} nats on validation; the shipped one ({shipped}) stays")
        record(target)
        return
    made = circumstances(Path(__file__))
    commit = f"{made['commit']}{' and uncommitted changes' if made['uncommitted'] else ''}"
    told = {"figures": figures, "unit": found["test"].unit, "commit": commit, "code": made["code"]}
    if found["test"].accuracy is not None:
        told["accuracy"] = {split: one.accuracy for split, one in found.items()}
    licence = LICENCE if params.corpus == "maestro" else ""
    export(checkpoint, target, {**told, "model": hash_of(paths.MODELS / name), "licence": licence})
    print(f"{name}: {figures['test']} {told['unit']} on test, {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    command.run(main)
