"""Settings to trained runs: runs that are not kept yet are trained in parallel and kept as soon as they are done.

A training leaves snapshots, so a study that is killed loses only seconds of it.
"""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

from joblib import cpu_count

from maestro_lstm.model import ranks
from maestro_lstm.model.device import pick_engine, use_cores
from maestro_lstm.plumbing.choices import EngineName
from maestro_lstm.plumbing.cluster import on_cluster, parallel_map
from maestro_lstm.plumbing.errors import Stopped, UserError
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.torchrun import is_first, started
from maestro_lstm.training.gpu_check import proven
from maestro_lstm.training.live_curve import LiveCurve, added_to, live_curve
from maestro_lstm.training.loop import Training
from maestro_lstm.training.run_cache import Failed, Run, RunCache, curve_rows, result
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.snapshots import resumed, with_snapshots
from maestro_lstm.training.tasks import Task

C = TypeVar("C")  # a candidate
# the figures of docs/speed.md
TOO_SMALL = (
    "networks of one layer and one sequence an update train on the processor, not on the GPU: 251,000 symbols a second "
    "on one core, 48,800 on an H200; device: cuda takes the GPU all the same"
)


@dataclass(frozen=True)
class Job:
    """What one worker trains at a time."""

    task: Task
    run: Settings
    watched: bool = False  # it is the only job, and shows its own progress
    snapshot: Path | None = None  # where it is kept meanwhile, on this machine
    curve: LiveCurve | None = None  # where its points go meanwhile, on this machine
    head: int = 0  # the process that waits for it, on this machine


def describe(run: Settings) -> str:
    """A run in a few words."""
    kind = "" if run.kind == "symbols" else f"{run.kind}, "
    size = "" if run.fits_compiled else f"{run.layers} × {run.hidden}, B = {run.batch}, {run.draws}, "
    return f"{kind}{run.optimizer}, {run.output}, {size}T = {run.seq_len}, seed {run.seed}"


def do(job: Job) -> Run | Failed:
    """Train."""

    def make() -> Training:
        return Training(job.task, job.run)

    if job.snapshot is None:
        training = make()
        steps: Iterable[int] = training
    else:
        training = resumed(make, job.snapshot)
        steps = with_snapshots(training, job.snapshot)
    if job.curve:
        steps = added_to(job.curve, training, steps)
    bar = progress(steps, describe(job.run), training.n_points, "point", training.points_done) if job.watched else None
    for _ in bar or steps:
        if bar and (curve := training.progress.curve):
            bar.set_postfix_str(f"loss {curve[-1].loss:.4f}, rate {curve[-1].learning_rate:.2g}", refresh=False)
        if job.head and job.head not in (os.getpid(), os.getppid()):
            print("stopped: the stage that waited for this training is gone", file=sys.stderr, flush=True)
            os._exit(1)  # a worker of joblib's would catch an exception and take the next job; the snapshot stays
    return result(training)


def train_all(
    folder: Path, task: Task, wanted: Iterable[Settings], curve: Path | None = None
) -> dict[Settings, Run | Failed]:
    """Every wanted run, from the run cache or trained now. Each is kept as soon as it is done, so an
    interruption costs only what was in progress.

    Args:
        curve: a csv file that grows while they are trained on this machine, with the loss curves of all.
    """
    cache, wanted = RunCache(folder, task), list(dict.fromkeys(wanted))
    kept = (cache.load(settings) for settings in wanted) if is_first() else ()
    runs: dict[Settings, Run | Failed] = {run.settings: run for run in kept if run}
    missing = ranks.from_first([settings for settings in wanted if settings not in runs])
    missing.sort(key=lambda run: run.device == "cuda")
    if not missing:
        return runs
    kept_rows = curve_rows([run for run in runs.values() if isinstance(run, Run)])
    shown = live_curve(curve, kept_rows) if curve and is_first() else None
    here = started() or not on_cluster() or any(run.device == "cuda" for run in missing)  # on this machine
    waiting = os.getppid() if ranks.count() > 1 else os.getpid()  # torchrun waits for its ranks
    jobs = []
    for k, run in enumerate(missing):
        # cluster workers share no folder, and do not belong to the process that waits for them
        points = shown.following() if shown and k else shown
        own = (cache.under_way(run), points, waiting) if here else (None, None, 0)
        jobs.append((Job(task, run, len(missing) == 1 and is_first(), *own),))
    # a GPU trains one at a time, after those that cores train side by side
    on_device = {device: [job for job in jobs if job[0].run.device == device] for device in ("cpu", "cuda")}
    ended = chain.from_iterable(
        parallel_map(do, some, n_jobs=_side_by_side(device, some), stay_here=here)
        for device, some in on_device.items()
        if some
    )
    try:
        bar = progress(ended, "train", len(jobs), "job") if len(jobs) > 1 and is_first() else None
        for done in bar or ended:
            runs[done.settings] = done
            if isinstance(done, Run):
                if bar:
                    bar.set_postfix_str(f"last loss {done.curve[-1].loss:.4f}", refresh=False)
                if is_first():
                    cache.save(done)
            if is_first():
                cache.under_way(done.settings).unlink(missing_ok=True)
    except KeyboardInterrupt:
        raise Stopped(_what_is_kept(runs, jobs if here else [])) from None
    return runs


def _side_by_side(device: str, jobs: Sequence[tuple[Job]]) -> int:
    """How many of the jobs of a device run at a time."""
    if device == "cuda" or ranks.count() > 1:
        return 1
    cores: int = cpu_count()
    return min(len(jobs), max(cores // max(job.run.threads for (job,) in jobs), 1))


def _what_is_kept(runs: Mapping[Settings, Run | Failed], jobs: Sequence[tuple[Job]]) -> str:
    half = sum(job.snapshot is not None and job.snapshot.exists() for (job,) in jobs)
    return f"trained and kept: {len(runs)}; kept half-way: {half}"


def succeeded(run: Run | Failed) -> Run:
    """The run, or a UserError if it was abandoned."""
    if isinstance(run, Failed):
        raise UserError(f"{describe(run.settings)}: {run.problem}")
    return run


def train_candidates(
    folder: Path,
    task: Task,
    candidates: Mapping[C, Sequence[Settings]],
    engine: Literal["auto"] | EngineName,
    device: str,
    curve: Path | None = None,
    may_fail: bool = False,
) -> dict[C, list[Run]]:
    """Every candidate's runs, trained together so that many cores, a GPU or a cluster are kept busy.

    Args:
        folder: the run cache.
        engine, device: as in params.yaml.
        curve: as for `train_all`.
        may_fail: a candidate of which a run failed is left out, and said so.

    Raises: UserError if a run failed that may not.
    """
    use_cores(1)
    here = pick_engine(engine, device)
    everything = list(chain.from_iterable(candidates.values()))
    small = {run for run in everything if here[1] == "cuda" and device == engine == "auto" and run.fits_compiled}
    if small and is_first():
        print(TOO_SMALL, file=sys.stderr)
    large = next((run for run in everything if run not in small), None)
    if here[1] == "cuda" and large and is_first():
        asked, here = here, proven(task, large, *here)
        if started() and here != asked:
            raise UserError("several processes cannot train on this GPU: use device: cpu")

    def where(run: Settings) -> tuple[EngineName, str]:
        return ("compiled", "cpu") if run in small else here

    settings = {candidate: [placed(run, *where(run)) for run in runs] for candidate, runs in candidates.items()}
    wanted = list(chain.from_iterable(settings.values()))
    with ranks.group(here[1] if large else "cpu", [run.divisible for run in wanted]):
        trained = train_all(folder, task, wanted, curve)
    done = {}
    for candidate, runs in settings.items():
        try:
            done[candidate] = [succeeded(trained[run]) for run in runs]
        except UserError as error:
            if not may_fail:
                raise
            print(f"left out: {error}", file=sys.stderr)
    return done
