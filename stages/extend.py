"""extend: train every candidate of a sweep and score it on validation (§5.2.3, §5.3).

python -m stages.extend lengths
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from joblib import cpu_count

from maestro_lstm.evaluation.runs import note_piece_rows, order_nats, piece_rows, score_extension, score_notes
from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing.choices import Vocabulary
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.extensions import (
    EXTENSIONS,
    MAY_FAIL,
    VARIED,
    Candidate,
    ExtensionName,
    best_rates,
    candidates,
    factors_of,
)
from maestro_lstm.study.metrics import over_seeds, read_notes, read_search
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.run_cache import Run
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask, Task
from maestro_lstm.training.windows import check_seq_len
from stages import command, paths

T = TypeVar("T")
Runs = Mapping[Candidate, Sequence[Run]]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Scored:
    """What the candidates of a sweep came to, those that were trained."""

    trained: Runs
    figures: Mapping[Candidate, Rows]  # of each seed's run
    pieces: Mapping[Candidate, Rows]  # of each piece


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", tuple(EXTENSIONS))
    scores = SWEEPS_OF[vocabulary_of(params, sweep)](params, sweep)
    factors = factors_of(sweep)
    named = {c: dict(zip(factors, c, strict=True)) for c in scores.figures}
    write_csv(paths.extension(sweep), [{**named[c], **row} for c, rows in scores.figures.items() for row in rows])
    write_csv(paths.extension_pieces(sweep), [{**named[c], **row} for c, rows in scores.pieces.items() for row in rows])
    if sweep in ("search", "size", *VARIED):
        costs = [{**named[c], **row} for c, runs in scores.trained.items() for row in cost(runs)]
        write_csv(paths.extension_cost(sweep), costs)
    for candidate, rows in scores.figures.items():
        figures = over_seeds(rows, "nats")
        accuracy = f"accuracy {figures['accuracy']:.2f} %, " if "accuracy" in figures else ""
        print(
            f"{sweep} {' '.join(map(str, candidate))}: {accuracy}{figures['nats']:.3f} ± {figures['nats_std']:.3f} "
            f"nats over {figures['seeds']} seeds, each after {figures['symbols_seen']:,.0f} steps"
        )


def of_symbols(params: Params, sweep: ExtensionName) -> Scored:
    """A sweep over networks of symbols."""
    rates = best_rates(read_search(paths.extension("search"))) if sweep == "size" else {}
    wanted = candidates(params, sweep, rates)
    if sweep == "rule":
        return of_rules(params, wanted)
    train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
    trained = trained_on(train, params, sweep, wanted)
    scores = of_each(score_extension, trained, len(train), validation, params.sweep.every)
    pieces = {c: piece_rows([sums for _, sums in seeds]) for c, seeds in scores.items()}
    return Scored(trained, {c: [one for one, _ in seeds] for c, seeds in scores.items()}, pieces)


def of_rules(params: Params, wanted: Mapping[Candidate, Sequence[Settings]]) -> Scored:
    """Each candidate on the symbols of its own rule."""
    trained: dict[Candidate, Sequence[Run]] = {}
    figures: dict[Candidate, Rows] = {}
    pieces: dict[Candidate, Rows] = {}
    for (rule,), runs in wanted.items():
        train, validation = load_ids(paths.encoded("train", rule)), load_ids(paths.encoded("validation", rule))
        own = trained_on(train, params, "rule", {(rule,): runs})
        notes = read_notes(paths.EXTENSIONS / "rules.csv", rule)
        more = order_nats(validation) * (rule != "paper")  # nats of each piece for what the rule does not tell
        # on the whole split: one window in four of two rules would not be the same music
        for c, seeds in of_each(score_extension, own, len(train), validation, 1).items():
            figures[c] = [one for one, _ in seeds]
            for one in figures[c]:
                said = one["nats"] * one["symbols"]
                one["nats_a_note"] = round(said / notes, 4)
                one["nats_with_order"] = round((said + float(more.sum())) / notes, 4)
            rows = piece_rows([sums for _, sums in seeds])
            pieces[c] = [{**row, "nats_more": round(float(more[int(row["piece"])]), 3)} for row in rows]
        trained |= own
    return Scored(trained, figures, pieces)


def of_performances(params: Params, sweep: ExtensionName) -> Scored:
    """A sweep over networks of performances: the whole validation split, the state carried."""
    task = NoteTask(paths.PERFORMANCES / "train")
    trained = all_trained(task, params, sweep, candidates(params, sweep))
    scores = of_each(score_notes, trained, paths.PERFORMANCES / "validation")
    figures = {c: [one for one, _ in seeds] for c, seeds in scores.items()}
    pieces = {c: note_piece_rows([sums for _, sums in seeds]) for c, seeds in scores.items()}
    return Scored(trained, figures, pieces)


def vocabulary_of(params: Params, sweep: ExtensionName) -> Vocabulary:
    """What the networks of a sweep read."""
    return params.networks[VARIED[sweep]].vocabulary if sweep in VARIED else "symbols"


def trained_on(train: Ids, params: Params, sweep: ExtensionName, found: Mapping[Candidate, Sequence[Settings]]) -> Runs:
    for settings, *_ in found.values():  # here, where the key is known
        check_seq_len(settings.seq_len, len(train), "train", f"extend_{sweep}", settings.parts)
    return all_trained(SymbolTask(train, len(SYMBOLS)), params, sweep, found)


def all_trained(
    task: Task, params: Params, sweep: ExtensionName, wanted: Mapping[Candidate, Sequence[Settings]]
) -> Runs:
    return train_candidates(paths.RUNS, task, wanted, params.engine, params.device, may_fail=sweep in MAY_FAIL)


def of_each(score: Callable[..., T], trained: Runs, *more: Any) -> dict[Candidate, list[T]]:
    """The score of each run."""
    jobs = [(run, *more) for runs in trained.values() for run in runs]
    # one at a time on a GPU
    n_jobs = 1 if any(job[0].settings.device == "cuda" for job in jobs) else min(len(jobs), cpu_count())
    scores = parallel_map(score, jobs, ordered=True, n_jobs=n_jobs, stay_here=True)
    return {candidate: [next(scores) for _ in runs] for candidate, runs in trained.items()}


def cost(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """What each run's loss was, nats a symbol as it came, after how many symbols and seconds of processor time."""
    return [
        {
            "seed": run.settings.seed,
            "symbols": steps,
            "seconds": seconds,
            "nats": round(point.loss, 4),
        }
        for run in runs
        for point, steps, seconds in zip(run.curve, run.steps, run.seconds, strict=True)
    ]


SWEEPS_OF = {"performances": of_performances, "symbols": of_symbols}

if __name__ == "__main__":
    command.run(main)
