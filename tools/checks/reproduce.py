"""Train a random tenth of the study's runs again and compare them with what is in git: `make reproduce-check`.

The runs of the paper's experiments, of `explain` and of its final networks. On the kind of processor that made the
results every figure and every point of the curves must be the same; on another, the figures must lie within the seeds'
spread. Needs the data: `dvc repro vocab` first.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from maestro_lstm.evaluation.runs import score
from maestro_lstm.params.params import SWEEPS, Params, load_params
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import read_json
from maestro_lstm.plumbing.tables import csv_text
from maestro_lstm.plumbing.versions import processor
from maestro_lstm.study.final import plan_of
from maestro_lstm.study.metrics import EXPLAIN, SWEEP, over_seeds, read_runs, read_selected
from maestro_lstm.study.paper import sweep_candidates
from maestro_lstm.study.plateau import cell_candidates
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import Run, curve_rows, probe_rows
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from stages import paths

SHARE = 10  # one run in this many
FIGURES = ("accuracy", "nats")
SPREAD = 3  # standard deviations over the seeds
LEAST = 0.02  # points or nats: the spread of seeds that all end alike


@dataclass(frozen=True)
class One:
    """A run of the study, and where git has what came of it."""

    record: str  # its stage's, in provenance/
    candidate: Mapping[str, str]  # the first cells of its rows
    settings: Settings
    scores: Path | None  # a table with a row for it
    points: Path  # a table with a row for every point of its curve, or probe

    @property
    def name(self) -> str:
        return f"{self.record}: {' '.join([*self.candidate.values(), f'seed {self.settings.seed}'])}"


def all_runs(params: Params) -> Iterator[One]:
    """Every run of the study."""
    chosen: dict[str, Any] = {name: read_selected(paths.SELECTED / f"{name}.json", name) for name in SWEEPS}
    for sweep in SWEEPS:
        for candidate, runs in sweep_candidates(params, sweep, chosen).items():
            for run in runs:
                named = {"candidate": str(candidate)}
                yield One(f"sweep_{sweep}", named, run, paths.sweep(sweep), paths.curves(sweep))
    for cell, runs in cell_candidates(params).items():
        for run in runs:
            yield One("explain", cell.columns(), run, paths.PLATEAU / "runs.csv", paths.PLATEAU / "probes.csv")
    for network in params.train.networks:
        for run in plan_of(params, network, chosen).runs:
            yield One(f"train_{network}", {}, run, None, paths.of_network("curves", network))


def differences(one: One, run: Run, figures: Mapping[str, Any], here: str) -> list[str]:
    """What is not as in git, a line each.

    Args:
        figures: the run's figures on validation.
        here: this kind of processor.
    """
    made_on = read_json(paths.PROVENANCE / f"{one.record}.json")["processor"]
    if made_on == here:
        found = [one.points] if lines_of(one, one.points) != as_lines(one, points_of(one, run)) else []
        if one.scores and lines_of(one, one.scores) != as_lines(one, [figures]):
            found.append(one.scores)
        return [f"{one.name}: differs from {path}" for path in found]
    if one.scores is None:
        return []
    columns = EXPLAIN if one.record == "explain" else SWEEP
    runs = read_runs(one.scores, tuple(one.candidate), columns)[tuple(one.candidate.values())]["runs"]
    seeds = {key: over_seeds(runs, key) for key in FIGURES}
    return [
        f"{one.name}: {key} {figures[key]}, in git {found[key]:.3f} ± {found[f'{key}_std']:.3f}, on {made_on}"
        for key, found in seeds.items()
        if abs(figures[key] - found[key]) > max(SPREAD * found[f"{key}_std"], LEAST)
    ]


def points_of(one: One, run: Run) -> list[dict[str, Any]]:
    return probe_rows([run]) if one.record == "explain" else curve_rows([run])


def as_lines(one: One, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows as they would stand in a table in git."""
    return csv_text({**one.candidate, **row} for row in rows).splitlines()[1:]


def lines_of(one: One, path: Path) -> list[str]:
    """The rows of a run in a table in git, as they stand there."""
    begins = ",".join([*one.candidate.values(), str(one.settings.seed), ""])
    found = [line for line in path.read_text().splitlines() if line.startswith(begins)]
    if not found:
        raise UserError(f"{path} has no {one.name}")
    return found


def scored(one: One, run: Run, validation: Ids, every: int) -> dict[str, Any]:
    """A run's figures, as its stage writes them."""
    figures = score(run, validation, every)
    return figures | ({"collapsed": int(figures["distinct"] == 1)} if one.record == "explain" else {})


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("seed", nargs="?", type=int, help="of which runs; another each time if it is not given")
    seed = words.parse_args().seed
    seed = random.randrange(10_000) if seed is None else seed
    params, began = load_params(), time.monotonic()
    everything = list(all_runs(params))
    some = random.Random(seed).sample(everything, -(-len(everything) // SHARE))
    here = processor()
    print(f"{len(some)} of {len(everything)} runs, drawn with seed {seed}, on {here}", flush=True)
    train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
    wanted = {k: [one.settings] for k, one in enumerate(some)}
    with TemporaryDirectory() as folder:  # not among the runs that are kept: those would be found, not trained
        done = train_candidates(Path(folder), SymbolTask(train, len(SYMBOLS)), wanted, params.engine, params.device)
    wrong = []
    for k, one in enumerate(some):
        (run,) = done[k]
        found = differences(one, run, scored(one, run, validation, params.sweep.every) if one.scores else {}, here)
        print(f"{'differs' if found else 'as in git'}  {one.name}", flush=True)
        wrong += found
    print(f"in {time.monotonic() - began:.0f} s")
    if wrong:
        sys.exit("error: not as in git:\n" + "\n".join(wrong))


if __name__ == "__main__":
    report_in_one_line(main)
