"""Settings → trained runs: what is not kept yet is trained, side by side, and kept as soon as it is done."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from joblib import cpu_count

from maestro_lstm.cluster import side_by_side
from maestro_lstm.errors import UserError
from maestro_lstm.progress import progress
from maestro_lstm.runs import Failed, Run, RunStore, results
from maestro_lstm.settings import Settings
from maestro_lstm.symbols import Ids
from maestro_lstm.training import Training, in_step


@dataclass(frozen=True)
class Job:
    """What one worker trains at a time: one run, or several in step."""

    ids: Ids
    n_symbols: int
    runs: Sequence[Settings]
    watched: bool  # by somebody who has nothing else to look at

    def name(self) -> str:
        """For a progress bar."""
        return describe(self.runs[0]) if len(self.runs) == 1 else f"{len(self.runs)} runs"


def describe(run: Settings) -> str:
    """A run in a few words."""
    return f"{run.optimizer}, {run.output}, T = {run.seq_len}, seed {run.seed}"


def do(job: Job) -> list[Run | Failed]:
    """Train."""
    training = Training(job.ids, job.n_symbols, job.runs)
    for _ in progress(training, job.name(), training.n_points, "point") if job.watched else training:
        pass
    return results(training)


def grouped(runs: Iterable[Settings]) -> list[list[Settings]]:
    """Runs that are trained as one: with the engine `batched` all that go in step, with any other each alone."""
    batched: list[Settings] = []
    alone: list[Settings] = []
    for run in runs:
        (batched if run.engine == "batched" else alone).append(run)
    together = groupby(sorted(batched, key=lambda run: repr(in_step(run))), key=in_step)
    return [[run] for run in alone] + [list(group) for _, group in together]


def train_all(folder: Path, ids: Ids, n_symbols: int, wanted: Iterable[Settings]) -> dict[Settings, Run | Failed]:
    """Every wanted run, kept in a folder or trained now; each is kept as soon as it is done, so that an interruption
    costs only what was under way."""
    store = RunStore(folder, ids, n_symbols)
    runs: dict[Settings, Run | Failed] = {}
    missing = []
    for settings in dict.fromkeys(wanted):
        kept = store.load(settings)
        if kept is None:
            missing.append(settings)
        else:
            runs[settings] = kept
    groups = grouped(missing)
    if not groups:
        return runs
    on_gpu = any(run.device == "cuda" for run in missing)  # of this machine, one batch at a time
    jobs = [(Job(ids, n_symbols, group, len(groups) == 1),) for group in groups]
    ended = side_by_side(do, jobs, n_jobs=1 if on_gpu else min(len(jobs), cpu_count()), stay_here=on_gpu)
    for done in progress(ended, "train", len(jobs), "job") if len(jobs) > 1 else ended:
        for run in done:
            runs[run.settings] = run
            if isinstance(run, Run):
                store.save(run)
    return runs


def succeeded(run: Run | Failed) -> Run:
    """Raises UserError for a run that was given up."""
    if isinstance(run, Failed):
        raise UserError(f"{describe(run.settings)}: {run.problem}")
    return run
