"""Train a random twentieth of the study again and compare it with what is in git: `make reproduce-check`.

Drawn from all trainings. Of each, the first updates; those of the paper's size to the end. On the kind of processor
that made the results, every digit must be the same. On another, rounding makes two runs of one, so there must hold what
does not hang on it:

- the losses of the first updates are those in git, but for a share of 1e-6 where a network is of the paper's size, and
  of 1e-4 where it is larger;
- a loss taken once ends where its seeds in git end, within three standard deviations;
- a loss taken twice ends at one symbol, and scores what that symbol scores, or escapes no further than any seed in git;
  with an ε for which the law of docs/findings.md says that none escapes, it ends at one symbol.

Needs the data: `dvc repro vocab stages/performer/dvc.yaml:performances stages/extensions/dvc.yaml:rules` first.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from maestro_lstm.evaluation.likelihood import evaluate
from maestro_lstm.evaluation.runs import score
from maestro_lstm.model.predictors import predictor
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import read_json
from maestro_lstm.plumbing.tables import csv_text
from maestro_lstm.plumbing.versions import arithmetic
from maestro_lstm.reproduction.trainings import StudyTraining
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import Run, curve_rows, probe_rows
from maestro_lstm.training.tasks import SymbolTask
from stages import paths
from stages.first_updates import begun, every_training, row

SHARE = 20  # one training in this many
SPREAD = 3  # standard deviations over the seeds
LEAST = 0.02  # points or nats: the spread of seeds that all end alike
FURTHER = 0.3  # points beyond the farthest seed in git that an escaped one may get
TOLERANCE = 1e-4  # by which share a loss may differ between processors; two kinds were seen to differ by 2e-5
SMALL_TOLERANCE = 1e-6  # of a loss in networks of the paper's size; Haswell's kernels were seen to differ by 7e-8
STILL = 1e-6  # Adam's ε, with the loss as it is, above which none escapes: metrics/plateau/tables/law.md
FIGURES = ("accuracy", "nats")


def goes_on(one: StudyTraining) -> bool:
    """Whether it is trained to the end: those of the paper's size, but for the extensions."""
    return one.is_small and not one.call.startswith("extend_")


def points_path(one: StudyTraining) -> Path:
    """The table with a row for every point of its curve, or probe."""
    kind, name = one.call.split("_", 1)
    if kind == "explain":
        return paths.probes(name)
    return paths.curves(name) if kind == "sweep" else paths.of_network("curves", name)


def scores_path(one: StudyTraining) -> Path:
    """The table with a row for it."""
    kind, name = one.call.split("_", 1)
    if kind == "explain":
        return paths.explained(name)
    return paths.sweep(name) if kind == "sweep" else paths.of_network("evaluate", name)


@cache
def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path)


def seeds_of(one: StudyTraining) -> pd.DataFrame:
    """The figures of its candidate in git, a row a seed, on validation."""
    found = table(scores_path(one))
    wanted = one.candidate if one.call.partition("_")[0] != "train" else {"split": "validation"}
    for name, value in wanted.items():
        found = found[found[name].astype(str) == value]
    if found.empty:
        raise UserError(f"{scores_path(one)} has no {one.name}")
    return found


def farthest(one: StudyTraining) -> float:
    """The accuracy of the farthest seed in git, of those whose loss is taken twice over the same steps and that left
    the single symbol."""
    cells = table(paths.explained("crossed"))
    alike = cells[(cells.output == "softmax") & (cells.loss_of == one.settings.loss) & (cells.distinct > 1)]
    return float(alike.accuracy.max()) if len(alike) else 100.0


def unlike(one: StudyTraining, figures: Mapping[str, Any]) -> Iterator[str]:
    """What of a run's figures cannot be, on another processor."""
    if one.settings.output == "softmax":
        if figures["distinct"] == 1:
            apart = abs(figures["accuracy"] - figures["next_share"])
            if apart > LEAST:
                yield f"says one symbol, at {figures['accuracy']} %, and not at the {figures['next_share']} % of <NEXT>"
        elif one.settings.epsilon / one.settings.loss_scale >= STILL:
            yield f"leaves the single symbol with an ε of {one.settings.epsilon:g}"
        elif not figures["next_share"] - FURTHER <= figures["accuracy"] <= farthest(one) + FURTHER:
            yield f"accuracy {figures['accuracy']}, in git from {figures['next_share']} to {farthest(one):.2f}"
        return
    for key in FIGURES:
        seeds = seeds_of(one)[key]
        mean, spread = float(seeds.mean()), float(seeds.std(ddof=1)) if len(seeds) > 1 else 0.0
        if abs(figures[key] - mean) > max(SPREAD * spread, LEAST):
            yield f"{key} {figures[key]}, in git {mean:.3f} ± {spread:.3f}"


def figures_of(one: StudyTraining, run: Run, validation: Ids, every: int) -> dict[str, Any]:
    """As its stage writes them: of a final network, of its weights at the lowest loss, on the whole split."""
    if one.call.startswith("train_"):
        network = predictor(run.best.weights, run.settings.engine, run.settings.device)
        return evaluate(network, validation[:-1], validation[1:]).rounded()
    figures = score(run, validation, every)
    return figures | ({"collapsed": int(figures["distinct"] == 1)} if one.call.startswith("explain_") else {})


def as_lines(one: StudyTraining, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Rows as they would stand in a table in git."""
    return csv_text({**one.candidate, **row} for row in rows).splitlines()[1:]


def lines_of(one: StudyTraining, path: Path) -> list[str]:
    """The rows of a run in a table in git, as they stand there."""
    begins = ",".join([*one.candidate.values(), str(one.settings.seed), ""])
    found = [line for line in path.read_text().splitlines() if line.startswith(begins)]
    if not found:
        raise UserError(f"{path} has no {one.name}")
    return found


def other_bytes(one: StudyTraining, run: Run, figures: Mapping[str, Any]) -> Iterator[str]:
    """Tables in which a run is not what is in git, to the last digit."""
    points = probe_rows([run]) if one.call.startswith("explain_") else curve_rows([run])
    if lines_of(one, points_path(one)) != as_lines(one, points):
        yield f"differs from {points_path(one)}"
    if not one.call.startswith("train_") and lines_of(one, scores_path(one)) != as_lines(one, [figures]):
        yield f"differs from {scores_path(one)}"


def begins_otherwise(one: StudyTraining, losses: Sequence[float], same: bool) -> Iterator[str]:
    """How the first updates are not those in git.

    Args:
        same: to the last digit, as on the processor that made them.
    """
    head = [f"loss_{k}" for k in range(1, len(losses) + 1)]
    kept = table(paths.FIRST_UPDATES)
    kept = kept[kept.training == one.name]
    if kept.empty:
        raise UserError(f"{paths.FIRST_UPDATES} has no {one.name}")
    ours, theirs = [row(one, losses)[name] for name in head], kept.iloc[0][head].tolist()
    tolerance = SMALL_TOLERANCE if one.is_small else TOLERANCE
    for k, (loss, expected) in enumerate(zip(ours, theirs, strict=True), 1):
        if loss != expected if same else not abs(loss / expected - 1) <= tolerance:
            yield f"loses {loss:.7g} in part {k} of its first updates, in git {expected:.7g}"
            return


def made_here(call: str) -> bool:
    """Whether results in git were made by arithmetic of this machine's kind."""
    here = arithmetic()
    chosen = here.keys() - {"processor", "instruction_sets"}  # kernels that the environment chooses
    return not chosen and here["processor"] == read_json(paths.PROVENANCE / f"{call}.json")["processor"]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("seed", nargs="?", type=int, help="of which trainings; another each time if it is not given")
    seed = words.parse_args().seed
    seed = random.randrange(10_000) if seed is None else seed
    params, began = load_params(), time.monotonic()
    everything = every_training(params)
    some = random.Random(seed).sample(everything, -(-len(everything) // SHARE))
    whole = [one for one in some if goes_on(one)]
    print(
        f"{len(some)} of {len(everything)} trainings, drawn with seed {seed}, on {arithmetic()['processor']}",
        flush=True,
    )

    wrong: dict[str, list[str]] = {one.name: [] for one in some}
    for one, losses in begun(some):
        wrong[one.name] += begins_otherwise(one, losses, made_here("first_updates"))
    train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
    wanted = {k: [one.settings] for k, one in enumerate(whole)}
    with TemporaryDirectory() as folder:  # not among the runs that are kept: those would be found, not trained
        done = train_candidates(Path(folder), SymbolTask(train, len(SYMBOLS)), wanted, params.engine, params.device)
    for k, one in enumerate(whole):
        (run,) = done[k]
        figures = figures_of(one, run, validation, params.sweep.every)
        wrong[one.name] += other_bytes(one, run, figures) if made_here(one.call) else unlike(one, figures)
    for one in some:
        what = "to the end" if goes_on(one) else "the first updates"
        print(f"{'differs' if wrong[one.name] else 'as in git'}  {one.name} ({what})", flush=True)
    print(f"in {time.monotonic() - began:.0f} s")
    if any(wrong.values()):
        found = [f"{name}: {problem}" for name, problems in wrong.items() for problem in problems]
        sys.exit("error: not as in git:\n" + "\n".join(found))


if __name__ == "__main__":
    report_in_one_line(main)
