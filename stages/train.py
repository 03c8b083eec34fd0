"""train: the final training of one network with every seed, as planned (paper §4.4).

python -m stages.train paper
"""

from maestro_lstm.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.encoded import load_ids
from maestro_lstm.files import whole_folder, write_csv, write_json
from maestro_lstm.params import load_params
from maestro_lstm.plans import load_plan
from maestro_lstm.runs import curve_rows
from maestro_lstm.seeds import over_seeds
from stages import command, paths
from stages.trained import runs_of


def main() -> None:
    name = command.argument("network")
    plan = load_plan(paths.plan(name), load_params())
    runs = runs_of(name, {name: plan.runs}, load_ids(paths.encoded("train")))

    with whole_folder(paths.MODELS / name) as folder:
        for run in runs:
            model = folder / paths.model(name, run.settings.seed).name
            save_checkpoint(model, Checkpoint(run.best.weights, run.settings.told()))
    lowest = [
        {"seed": run.settings.seed, "loss": round(run.best.smoothed, 4), "best_update": run.best.update} for run in runs
    ]
    used = {f"{key}_used": value for key, value in plan.used.items()}
    figures = {**over_seeds(lowest, "loss"), **used}
    write_json(paths.METRICS / "train" / f"{name}.json", figures)
    write_csv(paths.CURVES / "train" / f"{name}.csv", curve_rows(runs))
    print(f"{name}: lowest smoothed loss {figures['loss']:.4f} ± {figures['loss_std']:.4f} nats over {len(runs)} seeds")


if __name__ == "__main__":
    command.run(main)
