"""sweep_*: train one candidate of an experiment and score it on validation (paper §4.3).

python -m stages.sweep optimizer adam
"""

from dataclasses import asdict

from maestro_lstm.files import write_csv, write_json
from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.splits import load_ids
from maestro_lstm.study import candidate_named, sweep_settings
from maestro_lstm.sweeps import run_candidate, summarise
from maestro_lstm.symbols import SYMBOLS
from maestro_lstm.windows import check_seq_len
from stages import command, paths


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", SWEEPS)
    name = command.argument("candidate", 2)
    before = SWEEPS[: SWEEPS.index(sweep)]
    settings = sweep_settings(params, sweep, candidate_named(params, sweep, name), command.chosen(*before))
    train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
    check_seq_len(settings.seq_len, min(len(train), len(validation)), "shorter", f"sweep_{sweep}")
    trials = run_candidate(name, train, validation, len(SYMBOLS), settings, params.sweep.every, params.seeds)
    runs = [trial.figures for trial in trials]
    figures = summarise(runs)
    write_json(paths.METRICS / f"sweep_{sweep}" / f"{name}.json", {**figures, "runs": runs})
    curve = [{"seed": t.figures["seed"], **asdict(point)} for t in trials for point in t.curve]
    write_csv(paths.CURVES / f"sweep_{sweep}" / f"{name}.csv", curve)
    print(f"{sweep} {name}: accuracy {figures['accuracy']:.2f} %, {figures['distinct']:g} distinct symbols predicted")


if __name__ == "__main__":
    command.run(main)
