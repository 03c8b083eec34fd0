"""train: the training of one network with every seed, as planned (paper §4.4).

python -m stages.train paper
"""

from collections.abc import Sequence

from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.params.params import load_params
from maestro_lstm.performer.task import NoteTask
from maestro_lstm.plumbing.choices import NetworkKind
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.study.plans import Plan, load_plan
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import Run, curve_rows
from maestro_lstm.training.tasks import Task
from stages import command, paths
from stages.tasks import symbol_task


def main() -> None:
    name = command.argument("network")
    params, plan = load_params(), load_plan(paths.plan(name))
    kind = plan.runs[0].kind
    if kind == "events" and plan.runs[0].pedal == "events":
        raise UserError(f"{name}: the 388 events have none for the pedal: use performances.pedal: folded")
    curve = paths.of_network("curves", name, kind)
    runs = train_candidates(paths.RUNS, task_of(kind), {name: plan.runs}, params.engine, params.device, curve)[name]
    with whole_folder(paths.MODELS / name) as folder:
        for run in runs:
            model = folder / paths.model(name, run.settings.seed).name
            save_checkpoint(model, Checkpoint(run.best.weights, run.settings.as_dict()))
    write_csv(curve, curve_rows(runs))
    if kind == "symbols":
        tell_symbols(name, plan, runs)
    else:
        tell_performances(name, runs)


def task_of(kind: NetworkKind) -> Task:
    """What a network of this kind learns, from the training split."""
    return symbol_task() if kind == "symbols" else NoteTask(paths.PERFORMANCES / "train")


def tell_symbols(name: str, plan: Plan, runs: Sequence[Run]) -> None:
    """The lowest loss of each seed, and the settings that the experiments chose."""
    lowest = [
        {"seed": run.settings.seed, "loss": round(run.best.smoothed, 4), "best_update": run.best.update} for run in runs
    ]
    write_csv(paths.of_network("train", name), [{**one, **plan.used} for one in lowest])
    loss = over_seeds(lowest, "loss")
    print(f"{name}: lowest smoothed loss {loss['loss']:.4f} ± {loss['loss_std']:.4f} nats over {len(runs)} seeds")


def tell_performances(name: str, runs: Sequence[Run]) -> None:
    """The lowest loss of each seed, how much it was trained on, and the processor time that it took."""
    trained = [{"seed": run.settings.seed, "steps": steps_of(run), "loss": round(run.best.smoothed, 4)} for run in runs]
    write_csv(paths.PERFORMER / "trained" / f"{name}.csv", trained)
    cost = [{"seed": run.settings.seed, "seconds": round(run.seconds[-1])} for run in runs]
    write_csv(paths.PERFORMER / "cost" / f"{name}.csv", cost)
    for one, took in zip(trained, cost, strict=True):
        print(f"{name}, seed {one['seed']}: lowest smoothed loss {one['loss']} nats a step, {took['seconds']:,} s")


def steps_of(run: Run) -> int:
    """Notes or events that a run was trained on, padding among them."""
    return run.curve[-1].update * run.settings.batch * run.settings.seq_len


if __name__ == "__main__":
    command.run(main, shared=True)
