"""sweep_*: train one candidate of an experiment with every seed and score it on validation (paper §4.3).

python -m stages.sweep optimizer adam
"""

from maestro_lstm.compute import use_cores
from maestro_lstm.encoded import load_ids
from maestro_lstm.files import write_csv, write_json
from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.runs import curve_rows
from maestro_lstm.seeds import over_seeds
from maestro_lstm.study import candidate_named, sweep_settings, with_seeds
from maestro_lstm.sweeps import score
from stages import command, paths
from stages.trained import runs_of


def main() -> None:
    params = load_params()
    use_cores(1)
    sweep = command.choice("sweep", SWEEPS)
    name = command.argument("candidate", 2)
    chosen = command.chosen(*SWEEPS[: SWEEPS.index(sweep)])
    this = candidate_named(params, sweep, name)
    candidates = {
        c: with_seeds(sweep_settings(params, sweep, c, chosen), params.all_seeds) for c in params.candidates(sweep)
    }
    runs = runs_of(this, candidates, load_ids(paths.encoded("train")))

    validation = load_ids(paths.encoded("validation"))
    figures = over_seeds([score(run, validation, params.sweep.every) for run in runs])
    write_json(paths.METRICS / f"sweep_{sweep}" / f"{name}.json", figures)
    write_csv(paths.CURVES / f"sweep_{sweep}" / f"{name}.csv", curve_rows(runs))
    print(
        f"{sweep} {name}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} % over "
        f"{figures['seeds']} seeds, {figures['distinct']:g} distinct symbols predicted"
    )


if __name__ == "__main__":
    command.run(main)
