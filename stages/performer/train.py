"""train: a network of performances, as planned, with every seed.

python -m stages.performer.train performer
"""

from maestro_lstm.model.performer.task import NoteTask
from maestro_lstm.model.training.jobs import train_candidates
from maestro_lstm.model.training.run_cache import Run, curve_rows
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.experiments.plans import load_plan
from maestro_lstm.study.params.file import load_params
from maestro_lstm.weights.checkpoint import Checkpoint, save_checkpoint
from stages import command, paths


def main() -> None:
    name = command.argument("network")
    params, plan = load_params(), load_plan(paths.plan(name))
    if plan.runs[0].kind == "events" and params.performances.pedal == "events":
        raise UserError(f"{name}: the 388 events have none for the pedal: use performances.pedal: folded")
    task, curve = NoteTask(paths.PERFORMANCES / "train"), paths.PERFORMER / "curves" / f"{name}.csv"
    runs = train_candidates(paths.RUNS, task, {name: plan.runs}, params.engine, params.device, curve)[name]
    with whole_folder(paths.MODELS / name) as folder:
        for run in runs:
            model = folder / paths.model(name, run.settings.seed).name
            save_checkpoint(model, Checkpoint(run.best.weights, run.settings.as_dict()))
    write_csv(curve, curve_rows(runs))
    trained = [{"seed": run.settings.seed, "steps": steps_of(run), "loss": round(run.best.smoothed, 4)} for run in runs]
    write_csv(paths.PERFORMER / "trained" / f"{name}.csv", trained)
    cost = [{"seed": run.settings.seed, "seconds": round(run.seconds[-1])} for run in runs]  # of processor time
    write_csv(paths.PERFORMER / "cost" / f"{name}.csv", cost)
    for one, took in zip(trained, cost, strict=True):
        print(f"{name}, seed {one['seed']}: lowest smoothed loss {one['loss']} nats a step, {took['seconds']:,} s")


def steps_of(run: Run) -> int:
    """Notes or events that a run was trained on, padding among them."""
    return run.curve[-1].update * run.settings.batch * run.settings.seq_len


if __name__ == "__main__":
    command.run(main, shared=True)
