"""What stands for all the results of a version of the code: `python -m tools.carry.sample FOLDER`.

Each version runs its own sample, in its own checkout, on one core:

- small: every stage at a small size;
- scratch: trainings by the engine that no stage uses by itself;
- whole: the corpus as it is; a few whole runs of the paper's experiments, another draw each time; and of every other
  kind of training the first updates at full width and T, two of them killed and resumed;
- shipped: evaluation and music of the networks that come with the package, on a part of the corpus; and their figures
  before any rounding, which tables do not show;
- reports: every table and picture that is made of the metrics in git.
"""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from maestro_lstm.corpus.index import read_index
from tools.carry.compare import all_changed, is_changed
from tools.carry.predictions import predict
from tools.checks.verify import SMALL
from tools.demo import EXPLAIN, merged, prepare
from tools.pipeline import Call, calls_of, params_of

SECONDS = 8  # of music, of each piece
PART = 24  # one piece of the corpus in so many stands for all
BRIEF = {"batch": 16, "threads": 1, "log_every": 20, "seeds": 1}
UPDATES = {"best": 160, "performer": 100, "performer_brief": 40, "events": 100}
KILLED = ("train_best", "train_performer")  # just after a snapshot, then resumed
SHIPPED_NAMES = ("best", "performer")
DATA = ("check_params", "download", "parse", "vocab")
WHOLE = (*DATA, "performances", "rules", "sweep_", "select_", "plan_", "train_", "extend_", "explain_")
OF_MUSIC = ("live", "excerpts_", "match_model", "tune_sampling", "distances_performances")
SHIPPED = (*DATA, "works", "performances", *OF_MUSIC)
SHIPPED_NETWORKS = tuple(f"{verb}_{name}" for verb in ("evaluate", "sample", "generate") for name in SHIPPED_NAMES)
NOT_SHIPPED = ("evaluate_performer_brief",)
REPORTS = ("report_",)


def whole(seed: int) -> dict[str, Any]:
    """The changes to params.yaml for full-size trainings that end soon."""
    draw = random.Random(seed)
    brief = {
        name: {"training": {**BRIEF, "symbols": updates * 128 * BRIEF["batch"]}} for name, updates in UPDATES.items()
    }
    brief["best"]["training"]["symbols"] *= 2  # its T is 256
    size = {"symbols": 40 * 32 * 256, "seeds": 1}
    paper = {"symbols": 200 * 16 * 100, "seeds": 1}
    return {
        "seed": draw.randrange(1_000_000),
        "seeds": 1,
        "networks": brief,
        "train": {"epochs": 1},
        "sweep_optimizer": {"candidates": [draw.choice(["sgd", "adagrad"]), "adam"]},
        "sweep_learning_rate": {"candidates": ["cyclical"]},
        "sweep_seq_len": {"candidates": [draw.choice([25, 50, 200]), 100]},
        "explain_crossed": {
            "output": [draw.choice(["softmax", "logits"])],
            "optimizer": {draw.choice(["adam", "sgd", "adagrad"]): ["constant"]},
            "loss": ["first"],
            "draws": ["in_order"],
        },
        **{name: {**asked, "updates": 500} for name, asked in EXPLAIN.items() if "updates" in asked},
        "extend_lengths": {**paper, "candidates": ["growing", "cyclical"]},
        "extend_batch": {**paper, "draws": ["random", "streams"], "batch": [4]},
        "extend_rule": paper,
        "extend_optimizer": {**size, "rate": [0.02], "seeds": 2},
        "extend_search": {**size, "rate": [0.04]},
        "extend_size": {**size, "layers": [1, 3], "hidden": [draw.choice([64, 128, 256])]},
        "extend_tune": {"symbols": size["symbols"] // 2, "seeds": 1, "rate": [0.04]},
        "extend_best": {**size, "without": ["streams", "transposition", "decay"]},
        "extend_look": {"symbols": 20 * 16 * 128},
        "extend_look_best": {"symbols": 20 * 32 * 256},
    }


SHORT_MUSIC = {
    "corpus": "folder",
    "play": {
        "sampling": {"seconds": SECONDS},
        "samples": {"pieces": 2, "seconds": 60},
        "tried": {"pieces": 2, "seconds": SECONDS},
    },
    "generate": {"real_seconds": SECONDS, "sampling": {"best": {"length": SECONDS}}},
    "distances": {"pieces": 8, "symbols": 200},
}
SCRATCH = {**SMALL, "engine": "scratch", "sweep": {"epochs": 1}, "seeds": 1}


def make(folder: Path, changes: Mapping[str, Any]) -> Any:
    """A project of this version; its params.yaml."""
    prepare(Path.cwd(), folder, changes)
    return merged(params_of(Path.cwd()), changes)


def changed() -> list[str]:
    """The results that are meant to differ (CHANGED, by the environment): their stages are not run."""
    return os.environ.get("CHANGED", "").split()


def run(root: Path, folder: Path, params: Any, wanted: Iterable[str] = ("",), but: Iterable[str] = ()) -> None:
    """Run the calls whose names begin with a wanted word, in a project."""
    calls = [
        one
        for one in calls_of(root, params)
        if one.name.startswith(tuple(wanted))
        and not one.name.startswith(tuple(but) or ("-",))
        and not (one.results and all_changed(one.results, changed()))
    ]
    os.chdir(folder)
    try:
        for call in calls:
            began = time.monotonic()
            for result in call.results if folder.name == "reports" else ():  # as DVC would: none may be left over
                shutil.rmtree(result, ignore_errors=True)
                Path(result).unlink(missing_ok=True)
            if folder.name == "whole" and call.name in KILLED:
                kill_at_snapshot(root, call)
            call.run()
            print(f"{folder.name} {call.name}: {time.monotonic() - began:.1f} s", flush=True)
    finally:
        os.chdir(root)


def kill_at_snapshot(root: Path, call: Call) -> None:
    """Start the training in a process of its own, and kill it when it has left a snapshot."""
    environment = {**os.environ, "SNAPSHOT_SECONDS": "0", "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    with subprocess.Popen([sys.executable, "-m", *call.words], env=environment, start_new_session=True) as process:
        while process.poll() is None and not list(Path("runs/under_way").glob("*.safetensors")):
            time.sleep(0.1)
        if process.poll() is not None:
            sys.exit(f"error: {call.name} ended before it left a snapshot")
        os.killpg(process.pid, signal.SIGKILL)


def small(root: Path, folder: Path) -> None:
    run(root, folder, make(folder, SMALL))


def scratch(root: Path, folder: Path) -> None:
    run(root, folder, make(folder, SCRATCH), (*DATA, "sweep_optimizer"))


def full_size(root: Path, folder: Path, seed: int) -> None:
    run(root, folder, make(folder, whole(seed)), WHOLE)


def shipped(root: Path, folder: Path, corpus: Path, weights: Path) -> None:
    """On some pieces of the corpus, evenly taken."""
    params = make(folder, SHORT_MUSIC)
    pieces = read_index(corpus)
    for piece in pieces[::PART]:
        target = folder / "my-midi" / Path(piece.file).name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(corpus / piece.file, target)
    models = {name: folder / "models" / name / f"seed-{params['seed']}.safetensors" for name in SHIPPED_NAMES}
    copies = {name: folder / "src/maestro_lstm/pretrained" / f"{name}.safetensors" for name in SHIPPED_NAMES}
    for name in SHIPPED_NAMES:
        models[name].parent.mkdir(parents=True)
        shutil.copy(weights / f"{name}.safetensors", models[name])
        shutil.copy(weights / f"{name}.safetensors", copies[name])
    run(root, folder, params, (*SHIPPED, *SHIPPED_NETWORKS), NOT_SHIPPED)
    for copy in copies.values():  # no results
        copy.unlink()
    os.chdir(folder)
    predict(models["best"], models["performer"], Path("data/predictions.safetensors"))
    os.chdir(root)


def reports(root: Path, folder: Path, data: Path) -> None:
    """Of the metrics in git. A report of a result that is meant to differ cannot be made yet.

    Args:
        data: a project with the whole corpus.
    """
    params = make(folder, {})
    calls = calls_of(root, params)
    without = [one.name for one in calls if is_changed(one.deps, changed())]
    shutil.copytree("metrics", folder / "metrics", dirs_exist_ok=True)
    made = [one for one in calls if one.name.startswith(REPORTS) and one.name not in without]
    for dep in sorted({dep for one in made for dep in one.deps if dep.startswith("data/")}):
        (folder / dep).parent.mkdir(parents=True, exist_ok=True)
        if (data / dep).is_dir():
            shutil.copytree(data / dep, folder / dep)
        elif (data / dep).is_file():  # what of it is in git is there already
            shutil.copy(data / dep, folder / dep)
    run(root, folder, params, REPORTS, without)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--weights", type=Path, required=True, help="the folder of the shipped networks")
    words.add_argument("--seed", type=int, default=0, help="of which runs of the paper's experiments")
    given = words.parse_args()
    os.environ["LOKY_MAX_CPU_COUNT"] = "1"  # the other version runs beside this one
    root, folder = Path.cwd(), given.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    full_size(root, folder / "whole", given.seed)
    small(root, folder / "small")
    scratch(root, folder / "scratch")
    shipped(root, folder / "shipped", folder / "whole/data/corpus", given.weights.resolve())
    reports(root, folder / "reports", folder / "whole")


if __name__ == "__main__":
    main()
