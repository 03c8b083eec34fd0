"""train: the final training of one network with every seed, as planned (paper §4.4).

python -m stages.train paper
"""

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS
from maestro_lstm.model.training.jobs import train_candidates
from maestro_lstm.model.training.run_cache import curve_rows
from maestro_lstm.model.training.tasks import SymbolTask
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.experiments.plans import load_plan
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.scoring.metrics import over_seeds
from maestro_lstm.weights.checkpoint import Checkpoint, save_checkpoint
from stages import command, paths


def main() -> None:
    name = command.argument("network")
    params, plan = load_params(), load_plan(paths.plan(name))
    train = load_ids(paths.encoded("train"))
    task, curve = SymbolTask(train, len(SYMBOLS)), paths.of_network("curves", name)
    runs = train_candidates(paths.RUNS, task, {name: plan.runs}, params.engine, params.device, curve)[name]
    with whole_folder(paths.MODELS / name) as folder:
        for run in runs:
            model = folder / paths.model(name, run.settings.seed).name
            save_checkpoint(model, Checkpoint(run.best.weights, run.settings.as_dict()))
    lowest = [
        {"seed": run.settings.seed, "loss": round(run.best.smoothed, 4), "best_update": run.best.update} for run in runs
    ]
    write_csv(paths.of_network("train", name), [{**one, **plan.used} for one in lowest])
    write_csv(curve, curve_rows(runs))
    loss = over_seeds(lowest, "loss")
    print(f"{name}: lowest smoothed loss {loss['loss']:.4f} ± {loss['loss_std']:.4f} nats over {len(runs)} seeds")


if __name__ == "__main__":
    command.run(main, shared=True)
