"""first_updates: what every training loses in its first updates, for `make reproduce-check` on other processors."""

from collections.abc import Sequence
from typing import Any

from joblib import cpu_count

from maestro_lstm.params.params import SWEEPS, load_params
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.reproduction.first_updates import first_losses
from maestro_lstm.reproduction.trainings import StudyTraining, all_trainings
from maestro_lstm.study.extensions import best_rates
from maestro_lstm.study.metrics import read_search, read_selected
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.tasks import SymbolTask, Task
from stages import command, paths


def main() -> None:
    params = load_params()
    chosen: dict[str, Any] = {name: read_selected(paths.SELECTED / f"{name}.json", name) for name in SWEEPS}
    everything = list(all_trainings(params, chosen, best_rates(read_search(paths.extension("search")))))
    tasks = {data: task_of(*data) for data in {(one.of_performances, one.rule) for one in everything}}
    jobs = [(tasks[one.of_performances, one.rule], one.settings) for one in everything]
    done = parallel_map(first_losses, jobs, ordered=True, n_jobs=min(len(jobs), cpu_count()), stay_here=True)
    losses = list(progress(done, "first updates", len(jobs), "training"))
    write_csv(paths.FIRST_UPDATES, [row(one, found.tolist()) for one, found in zip(everything, losses, strict=True)])
    print(f"{len(everything)} trainings")


def task_of(of_performances: bool, rule: str) -> Task:
    """Of performances, or of symbols by a rule."""
    if of_performances:
        return NoteTask(paths.PERFORMANCES / "train")
    return SymbolTask.of_file(paths.encoded("train", rule))


def row(one: StudyTraining, losses: Sequence[float]) -> dict[str, Any]:
    return {"training": one.name, **{f"loss_{k}": float(f"{loss:.9g}") for k, loss in enumerate(losses, 1)}}


if __name__ == "__main__":
    command.run(main)
