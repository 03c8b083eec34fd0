"""first_updates: what every training loses in its first updates, for `make reproduce-check` on other processors."""

from collections.abc import Iterator, Sequence
from typing import Any

from joblib import cpu_count

from maestro_lstm.params.params import SWEEPS, Params, load_params
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
    trainings = every_training(load_params())
    write_csv(paths.FIRST_UPDATES, [row(one, losses) for one, losses in begun(trainings)])
    print(f"{len(trainings)} trainings")


def every_training(params: Params) -> list[StudyTraining]:
    """All of the study, with what its experiments chose."""
    chosen: dict[str, Any] = {name: read_selected(paths.SELECTED / f"{name}.json", name) for name in SWEEPS}
    return list(all_trainings(params, chosen, best_rates(read_search(paths.extension("search")))))


def begun(trainings: Sequence[StudyTraining]) -> Iterator[tuple[StudyTraining, list[float]]]:
    """Each with what it loses in its first updates."""
    tasks = {data: task_of(*data) for data in {(one.of_performances, one.rule) for one in trainings}}
    jobs = [(tasks[one.of_performances, one.rule], one.settings) for one in trainings]
    done = parallel_map(first_losses, jobs, ordered=True, n_jobs=min(len(jobs), cpu_count()), stay_here=True)
    for one, losses in zip(trainings, progress(done, "first updates", len(jobs), "training"), strict=True):
        yield one, losses.tolist()


def task_of(of_performances: bool, rule: str) -> Task:
    """Of performances, or of symbols by a rule."""
    if of_performances:
        return NoteTask(paths.PERFORMANCES / "train")
    return SymbolTask.of_file(paths.encoded("train", rule))


def row(one: StudyTraining, losses: Sequence[float]) -> dict[str, Any]:
    return {"training": one.name, **{f"loss_{k}": float(f"{loss:.9g}") for k, loss in enumerate(losses, 1)}}


if __name__ == "__main__":
    command.run(main)
