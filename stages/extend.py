"""extend: train every candidate of a sweep and score it on validation (§5.2.3, §5.3).

python -m stages.extend lengths
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import cpu_count

from maestro_lstm.evaluation.runs import order_nats, piece_rows, score_extension
from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.extensions import (
    EXTENSIONS,
    MAY_FAIL,
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
from maestro_lstm.training.run_cache import Run
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from maestro_lstm.training.windows import check_seq_len
from stages import command, paths

Runs = Mapping[Candidate, Sequence[Run]]
Scores = dict[Candidate, list[tuple[dict[str, Any], pd.DataFrame]]]  # of each seed's run: figures, sums over pieces


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", tuple(EXTENSIONS))
    rates = best_rates(read_search(paths.extension("search"))) if sweep == "size" else {}
    found = candidates(params, sweep, rates)
    more: dict[Candidate, npt.NDArray[np.float64]] = {}  # nats of each piece for what a rule does not tell
    if sweep == "rule":  # each candidate on the symbols of its own rule
        scores: Scores = {}
        for (rule,), runs in found.items():
            train, validation = load_ids(paths.encoded("train", rule)), load_ids(paths.encoded("validation", rule))
            trained = trained_on(train, params, sweep, {(rule,): runs})
            # on the whole split: one window in four of two rules would not be the same music
            scores |= scored(trained, len(train), validation, 1)
            notes = read_notes(paths.EXTENSIONS / "rules.csv", rule)
            more[rule,] = order_nats(validation) * (rule != "paper")
            for one, _ in scores[rule,]:
                said = one["nats"] * one["symbols"]
                one["nats_a_note"] = round(said / notes, 4)
                one["nats_with_order"] = round((said + float(more[rule,].sum())) / notes, 4)
    else:
        train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
        trained = trained_on(train, params, sweep, found)
        scores = scored(trained, len(train), validation, params.sweep.every)
    factors = factors_of(sweep)
    named = {c: dict(zip(factors, c, strict=True)) for c in scores}
    write_csv(paths.extension(sweep), [{**named[c], **one} for c, seeds in scores.items() for one, _ in seeds])
    pieces = {c: piece_rows([sums for _, sums in seeds]) for c, seeds in scores.items()}
    for c, nats in more.items():
        pieces[c] = [{**row, "nats_more": round(float(nats[int(row["piece"])]), 3)} for row in pieces[c]]
    write_csv(paths.extension_pieces(sweep), [{**named[c], **row} for c, rows in pieces.items() for row in rows])
    if sweep in ("search", "size"):
        costs = [{**named[c], **row} for c, runs in trained.items() for row in cost(runs)]
        write_csv(paths.extension_cost(sweep), costs)
    for candidate, seeds in scores.items():
        figures = over_seeds([one for one, _ in seeds])
        print(
            f"{sweep} {' '.join(map(str, candidate))}: accuracy {figures['accuracy']:.2f} ± "
            f"{figures['accuracy_std']:.2f} %, {figures['nats']:.3f} nats over {figures['seeds']} seeds, each after "
            f"{figures['symbols_seen']:,.0f} symbols"
        )


def trained_on(train: Ids, params: Params, sweep: ExtensionName, found: Mapping[Candidate, Sequence[Settings]]) -> Runs:
    for settings, *_ in found.values():  # here, where the key is known
        check_seq_len(settings.seq_len, len(train), "train", f"extend_{sweep}", settings.parts)
    task = SymbolTask(train, len(SYMBOLS))
    return train_candidates(paths.RUNS, task, found, params.engine, params.device, may_fail=sweep in MAY_FAIL)


def scored(trained: Runs, train_symbols: int, validation: Ids, every: int) -> Scores:
    jobs = [(run, train_symbols, validation, every) for runs in trained.values() for run in runs]
    # one at a time on a GPU
    n_jobs = 1 if any(job[0].settings.device == "cuda" for job in jobs) else min(len(jobs), cpu_count())
    scores = parallel_map(score_extension, jobs, ordered=True, n_jobs=n_jobs, stay_here=True)
    return {candidate: [next(scores) for _ in runs] for candidate, runs in trained.items()}


def cost(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """What each run's loss was, nats a symbol as it came, after how many symbols and seconds of processor time."""
    return [
        {
            "seed": run.settings.seed,
            "symbols": point.update * run.settings.batch * run.settings.seq_len,
            "seconds": seconds,
            "nats": round(point.loss, 4),
        }
        for run in runs
        for point, seconds in zip(run.curve, run.seconds, strict=True)
    ]


if __name__ == "__main__":
    command.run(main)
