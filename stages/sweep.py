"""sweep: train every candidate of an experiment with every seed and score it on validation (paper §4.3).

python -m stages.sweep optimizer
"""

from typing import Any

import numpy as np

from maestro_lstm.evaluation.runs import score
from maestro_lstm.params.params import SWEEPS, load_params
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds, read_selected
from maestro_lstm.study.paper import sweep_candidates
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import curve_rows
from maestro_lstm.training.tasks import SymbolTask
from stages import command, paths


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", SWEEPS)
    before = SWEEPS[: SWEEPS.index(sweep)]
    chosen: dict[str, Any] = {name: read_selected(paths.SELECTED / f"{name}.json", name) for name in before}
    candidates = sweep_candidates(params, sweep, chosen)
    task = SymbolTask.of_file(paths.encoded("train"))
    trained = train_candidates(paths.RUNS, task, candidates, params.engine, params.device)

    validation = load_ids(paths.encoded("validation"))
    scores = {c: [score(run, validation, params.sweep.every) for run in runs] for c, runs in trained.items()}
    write_csv(paths.sweep(sweep), [{"candidate": c, **one} for c, runs in scores.items() for one in runs])
    curves = [{"candidate": c, **point} for c, runs in trained.items() for point in curve_rows(runs)]
    write_csv(paths.curves(sweep), curves)
    constant = 100 * float(np.bincount(validation).max()) / len(validation)
    for candidate, runs in scores.items():
        figures = over_seeds(runs)
        print(
            f"{sweep} {candidate}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} % over "
            f"{figures['seeds']} seeds, {figures['distinct']:g} distinct symbols predicted"
        )
        if figures["accuracy"] < constant - 0.1:
            print(f"warning: always one symbol has {constant:.2f} %: too short a training to compare")


if __name__ == "__main__":
    command.run(main)
