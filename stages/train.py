"""train: the training of one network with every seed, as planned (paper §4.4).

python -m stages.train paper
"""

from collections.abc import Callable, Sequence

from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.choices import VOCABULARY_OF, Vocabulary
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.study.plans import Plan, load_plan
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.run_cache import Run, curve_rows
from maestro_lstm.training.tasks import SymbolTask, Task
from stages import command, paths


def main() -> None:
    name = command.argument("network")
    params, plan = load_params(), load_plan(paths.plan(name))
    vocabulary = VOCABULARY_OF[plan.runs[0].kind]
    curve, task = paths.of_network("curves", name, vocabulary), TASKS[vocabulary]()
    runs = train_candidates(paths.RUNS, task, {name: plan.runs}, params.engine, params.device, curve)[name]
    with whole_folder(paths.MODELS / name) as folder:
        for run in runs:
            model = folder / paths.model(name, run.settings.seed).name
            save_checkpoint(model, Checkpoint(run.best.weights, run.settings.as_dict()))
    write_csv(curve, curve_rows(runs))
    TELLS[vocabulary](name, plan, runs)


def tell_symbols(name: str, plan: Plan, runs: Sequence[Run]) -> None:
    """The lowest loss of each seed, and the settings that the experiments chose."""
    lowest = [
        {"seed": run.settings.seed, "loss": round(run.best.smoothed, 4), "best_update": run.best.update} for run in runs
    ]
    write_csv(paths.of_network("train", name), [{**one, **plan.used} for one in lowest])
    loss = over_seeds(lowest, "loss")
    print(f"{name}: lowest smoothed loss {loss['loss']:.4f} ± {loss['loss_std']:.4f} nats over {len(runs)} seeds")


def tell_performances(name: str, _: Plan, runs: Sequence[Run]) -> None:
    """The lowest loss of each seed, how much it was trained on, and the processor time that it took."""
    trained = [{"seed": run.settings.seed, "steps": run.steps[-1], "loss": round(run.best.smoothed, 4)} for run in runs]
    write_csv(paths.PERFORMER / "trained" / f"{name}.csv", trained)
    cost = [{"seed": run.settings.seed, "seconds": round(run.seconds[-1])} for run in runs]
    write_csv(paths.PERFORMER / "cost" / f"{name}.csv", cost)
    for one, took in zip(trained, cost, strict=True):
        print(f"{name}, seed {one['seed']}: lowest smoothed loss {one['loss']} nats a step, {took['seconds']:,} s")


TASKS: dict[Vocabulary, Callable[[], Task]] = {  # what networks learn, from the training split
    "symbols": lambda: SymbolTask.of_file(paths.encoded("train")),
    "performances": lambda: NoteTask(paths.PERFORMANCES / "train"),
}
TELLS = {"symbols": tell_symbols, "performances": tell_performances}

if __name__ == "__main__":
    command.run(main, shared=True)
