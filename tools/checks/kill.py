"""A study that is killed again and again ends as if it had not been: `python -m tools.checks.kill 10`.

Every stage at a small size, or those that train and what they need (--trainings), twice, side by side: once left alone,
in one process, and once with `dvc repro` killed at random moments, in turn everything at once (a power failure), DVC
alone (its stage keeps running), the stage alone, one worker, and by Ctrl-C. Then every output is compared by its hash.
In build/kill; the seed of the moments is the second argument.
"""

import argparse
import math
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil

from maestro_lstm.corpus.chorales import write_chorales
from maestro_lstm.plumbing.errors import report_in_one_line
from tools.checks.outputs import differences, hashes, summary
from tools.demo import EXPLAIN, SHORT, merged, prepare
from tools.dvc import dvc, environment_for
from tools.pipeline import Call, calls_of, overlap, params_of, stages_of

ROOT = Path("build/kill")
SMALL: dict[str, Any] = {
    "corpus": "folder",
    "seeds": 2,
    "download": {"folder": "../midi"},
    "baselines": {"orders": [1], "kneser_ney": [2]},
    "sweep_optimizer": {"candidates": ["sgd", "adam"]},
    "sweep_seq_len": {"candidates": [25]},
    **EXPLAIN,
    **SHORT,
    "schedules": {"cyclical": {"updates_up": 200}},
    "generate": {"primers": ["C3"], "real": 1, "real_seconds": 5},
}
TRAININGS = ("stages.sweep", "stages.explain", "stages.extend", "stages.train")
SWEEP_EPOCHS, TRAIN_EPOCHS = 5, 12  # for each kill: the study must last until the last one
STAGES, SECONDS = (0, 0, 1), (0.2, 3.0)  # how many stages end before a kill, and how far the next one comes
AT_ONCE = (0.0, 0.1)  # after a snapshot: later, on a busy machine, its training may have come to its end
# the checkout's code, which is compiled once for all; threads that wait must not spin: two studies share the cores
ENVIRONMENT = {**environment_for(Path()), "SNAPSHOT_SECONDS": "0.2", "OMP_WAIT_POLICY": "PASSIVE"}

# which signal, and who is sent it: dvc, the stage that it runs, the stage's own processes
WAYS = {
    "all at once": (signal.SIGKILL, ("dvc", "stage", "workers")),
    "dvc alone": (signal.SIGKILL, ("dvc",)),
    "the stage alone": (signal.SIGKILL, ("stage",)),
    "a worker": (signal.SIGKILL, ("a worker",)),
    "Ctrl-C": (signal.SIGINT, ("dvc", "stage", "workers")),
}


def small_for(kills: int) -> dict[str, Any]:
    """The changes to params.yaml for a study that lasts long enough to be killed so often."""
    epochs = {"sweep": {"epochs": SWEEP_EPOCHS * kills}, "train": {"epochs": TRAIN_EPOCHS * kills, "log_every": 100}}
    return SMALL | epochs


def start(folder: Path, log: Path, targets: Sequence[str]) -> subprocess.Popen[bytes]:
    """`dvc repro`, in a process group of its own as in a terminal."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "dvc", "repro", *targets],
            cwd=folder,
            env=ENVIRONMENT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def left_alone(root: Path, folder: Path, log: Path, changes: Any, trainings: bool) -> None:
    """The same stages, one after the other, in this process; and the locks, as DVC writes them."""
    with log.open("ab") as out:
        for stream in (1, 2):
            os.dup2(out.fileno(), stream)
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # no workers: starting them takes longer than their jobs
    calls = calls_of(root, merged(params_of(root), changes))
    os.chdir(folder)
    for call in needed(calls) if trainings else calls:
        call.run()
    dvc("commit", "--quiet", "--force", *(("--with-deps", *trainings_of(root)) if trainings else ()), folder=Path())


def trainings_of(root: Path) -> list[str]:
    """The addresses of the stages that train."""
    return [address for address, stage in stages_of(root).items() if stage["cmd"].split()[2] in TRAININGS]


def needed(calls: Sequence[Call]) -> list[Call]:
    """Those that train, and those that make what they need, in order."""
    wanted: list[Call] = []
    for call in reversed(calls):
        if call.words[0] in TRAININGS or any(
            overlap(dep, out) for one in wanted for dep in one.deps for out in call.results
        ):
            wanted.append(call)
    return wanted[::-1]


def begun(log: Path) -> list[str]:
    """The stages that DVC has begun, as it names them."""
    lines = log.read_text(errors="replace").splitlines()
    return [line.split("'")[1] for line in lines if line.startswith("Running stage")]


def stage_of(dvc: psutil.Process) -> psutil.Process | None:
    """The stage that DVC runs just now."""
    for child in dvc.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if "stages." in " ".join(child.cmdline()[:3]):
                return child
    return None


def has_snapshot(folder: Path, since: float) -> bool:
    """Has a training under way left one?"""
    for path in (folder / "runs" / "under_way").glob("*.safetensors"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime > since:
                return True
    return False


def kill_once(
    folder: Path, log: Path, targets: Sequence[str], way: str, stages: int | None, seconds: float
) -> str | None:
    """Start, wait for so many stages (or, if None, for a snapshot) and seconds more, kill.

    Returns: what happened, or None if the study came to its end before.
    """
    before, since = len(begun(log)), time.time()
    process = start(folder, log, targets)
    head, moment = psutil.Process(process.pid), math.inf
    while True:
        if process.poll() is not None:
            if process.returncode:
                sys.exit(f"error: dvc repro failed by itself: see {log}")
            return None
        stage = stage_of(head)
        if stage and moment == math.inf:
            now = has_snapshot(folder, since) if stages is None else len(begun(log)) > before + stages
            moment = time.monotonic() + seconds if now else moment
        if stage and time.monotonic() > moment:
            break
        time.sleep(0.02)
    which, who = WAYS[way]
    during, size = begun(log)[-1], log.stat().st_size
    hit = False
    with suppress(psutil.NoSuchProcess):
        workers = stage.children(recursive=True)
        among = {"dvc": [head], "stage": [stage], "workers": workers, "a worker": workers[-1:] or [stage]}
        for one in (process for name in who for process in among[name]):
            one.send_signal(which)
            hit = True
    if not hit:  # the stage had just ended
        process.kill()
    began = time.monotonic()
    process.wait()
    ended = time.monotonic() - began
    said = [line for line in log.read_text(errors="replace")[size:].splitlines() if "stopped:" in line]
    return f"{during:30} dvc ended in {ended:.1f} s {said[-1].partition('stopped:')[2] if said else ''}"


def kill_often(folder: Path, log: Path, targets: Sequence[str], times: int, rng: random.Random) -> None:
    """Kill the study so often, then let it come to its end."""
    for done in range(times):
        way = list(WAYS)[done % len(WAYS)]
        stages = rng.choice(STAGES) if done % 2 else None  # the first is after a snapshot, however few there are
        happened = kill_once(folder, log, targets, way, stages, rng.uniform(*(AT_ONCE if stages is None else SECONDS)))
        if happened is None:
            sys.exit(f"error: the study came to its end after {done} of {times} kills; make it longer")
        print(f"{done + 1:3}  {way:15} {happened}", flush=True)
    if start(folder, log, targets).wait():
        sys.exit(f"error: dvc repro fails after the kills: see {log}")
    resumed = log.read_text(errors="replace").count("resuming the training after")
    if not resumed:
        sys.exit("error: no training resumed from a snapshot")
    print(f"then to its end; {resumed} trainings resumed from a snapshot", flush=True)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("times", nargs="?", type=int, default=10, help="how often (10)")
    words.add_argument("seed", nargs="?", type=int, default=0, help="of when and what (0)")
    words.add_argument("--trainings", action="store_true", help="only the stages that train, and what they need")
    given = words.parse_args()
    targets = trainings_of(Path.cwd()) if given.trainings else ["--all-pipelines"]
    times, rng = given.times, random.Random(given.seed)
    alone, killed = ROOT / "alone", ROOT / "killed"
    shutil.rmtree(ROOT, ignore_errors=True)
    write_chorales(20, ROOT / "midi")
    for folder in (alone, killed):
        prepare(Path.cwd(), folder, small_for(times))
    (ROOT / "killed.log").touch()

    began = time.monotonic()
    log = (ROOT / "alone.log").resolve()
    whole = get_context("spawn").Process(
        target=left_alone, args=(Path.cwd(), alone.resolve(), log, small_for(times), given.trainings)
    )
    whole.start()
    try:
        kill_often(killed, ROOT / "killed.log", targets, times, rng)
        whole.join()
        if whole.exitcode:
            sys.exit(f"error: the study fails where it is left alone: see {log}")
    finally:
        whole.kill()
    print(f"both in {time.monotonic() - began:.0f} s")

    one, other = hashes(alone), hashes(killed)
    print(summary(other))
    if wrong := differences(one, other):
        sys.exit("error: outputs differ from those of the study that was left alone:\n" + "\n".join(wrong))
    print(f"all {len(one)} files equal those of the study that was left alone")


if __name__ == "__main__":
    report_in_one_line(main)
