"""Trainings that are stopped and go on: bit for bit what they would have been."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.choices import EngineName, OptimizerName
from maestro_lstm.plumbing.errors import Stopped
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training.jobs import Job, do, train_all
from maestro_lstm.training.loop import Training
from maestro_lstm.training.run_cache import Run, RunCache, result
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.snapshots import resumed, with_snapshots
from maestro_lstm.training.tasks import SymbolTask

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=400).astype(np.uint8)
# the cycle's top and the lowest loss lie on either side of most stops
ONE = Settings(8, "softmax", "adam", Schedule(1e-3, 1e-2, 7), 10, 1, seed=5, log_every=6, probes=3)


def same(one: Run, other: Run) -> bool:
    pairs = [(one.last, other.last), (one.best.weights, other.best.weights)]
    weights = all(torch.equal(a[name], b[name]) for a, b in pairs for name in a)
    return weights and (one.curve, one.probes, one.best.update, one.best.smoothed) == (
        other.curve,
        other.probes,
        other.best.update,
        other.best.smoothed,
    )


def ended(training: Training) -> Run:
    for _ in training:
        pass
    run = result(training)
    assert isinstance(run, Run)
    return run


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize("engine", ["scratch", "torch", "compiled"])
def test_stopped_anywhere_a_training_ends_as_if_it_had_not_been(
    engine: EngineName, optimizer: OptimizerName, tmp_path: Path
) -> None:
    def make() -> Training:
        return Training(SymbolTask(IDS, 12), replace(ONE, engine=engine, optimizer=optimizer, seed=5))

    whole = ended(make())
    path = tmp_path / "snapshot.safetensors"
    for stop in (6, 18, 36, 40):  # the last: after all updates
        for done in with_snapshots(make(), path, every=0):
            if done == stop:
                break
        training = resumed(make, path)
        # a snapshot is taken before its point is told
        assert training.done == stop
        assert same(ended(training), whole)


@pytest.mark.parametrize("way", [{}, {"optimizer": "muon", "transpose": 3, "skips": True}])
def test_the_state_that_streams_carry_is_kept_too(way: dict[str, Any], tmp_path: Path) -> None:
    streams = replace(ONE, engine="torch", layers=2, batch=3, draws="streams", epochs=5, **way)
    whole, path = ended(Training(SymbolTask(IDS, 90), streams)), tmp_path / "snapshot.safetensors"
    for done in with_snapshots(Training(SymbolTask(IDS, 90), streams), path, every=0):
        if done == 18:  # within a pass
            break
    training = resumed(lambda: Training(SymbolTask(IDS, 90), streams), path)
    assert training.done == 18
    assert same(ended(training), whole)


def test_snapshots_are_taken_as_often_as_asked(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.safetensors"
    list(with_snapshots(Training(SymbolTask(IDS, 12), ONE), path, every=3600))
    assert not path.exists()
    list(with_snapshots(Training(SymbolTask(IDS, 12), ONE), path, every=0))
    assert path.exists()


def cut(path: Path) -> str:
    path.write_bytes(path.read_bytes()[:-1])
    return "damaged"


def altered(path: Path) -> str:
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)
    return "its hash does not fit its content"


def of_another_network(path: Path) -> str:
    training = Training(SymbolTask(IDS, 12), replace(ONE, hidden=9))
    list(with_snapshots(training, path, every=0))
    return "could not broadcast"


def of_another_run(path: Path) -> str:
    arrays, about = load_arrays(path)
    save_arrays(path, arrays, {**about, "of": "somebody"})
    return "it belongs to somebody"


def without_its_progress(path: Path) -> str:
    arrays, about = load_arrays(path)
    save_arrays(path, arrays, {"of": about["of"], "training": {"problem": ""}})
    return "'curve'"


@pytest.mark.parametrize("spoil", [cut, altered, of_another_network, of_another_run, without_its_progress])
def test_a_snapshot_that_does_not_fit_is_named_and_the_training_starts_anew(
    spoil: Callable[[Path], str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "snapshot.safetensors"
    list(with_snapshots(Training(SymbolTask(IDS, 12), ONE), path, every=0))
    words = spoil(path)
    training = resumed(lambda: Training(SymbolTask(IDS, 12), ONE), path)
    assert training.done == 0
    told = capsys.readouterr().err
    assert told.startswith(f"{path} is not used")
    assert words in told
    whole, again = ended(Training(SymbolTask(IDS, 12), ONE)), ended(training)
    assert same(whole, again)


LONG = [replace(ONE, engine="compiled", epochs=1500, log_every=50, seed=seed) for seed in range(2)]
# what the killed process runs: a snapshot at every point
SCRIPT = """
import sys
from pathlib import Path
from maestro_lstm.training import jobs
from maestro_lstm.training import snapshots
from maestro_lstm.training.tasks import SymbolTask
from tests.model.test_snapshots import IDS, LONG
jobs.with_snapshots = lambda training, path: snapshots.with_snapshots(training, path, every=0)
jobs.train_all(Path(sys.argv[1]), SymbolTask(IDS, 12), LONG)
"""


@pytest.mark.slow
def test_a_process_killed_at_work_goes_on(tmp_path: Path, project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    environment = {**os.environ, "PYTHONPATH": f"{project}:{project / 'src'}", "LOKY_MAX_CPU_COUNT": "1"}
    process = subprocess.Popen([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment)
    store = RunCache(tmp_path, SymbolTask(IDS, 12))
    while not store.under_way(LONG[0]).exists() and process.poll() is None:
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert store.load(LONG[0]) is None
    capfd.readouterr()
    runs = train_all(tmp_path, SymbolTask(IDS, 12), LONG[:1])
    assert "resuming the training after" in capfd.readouterr().err
    alone = do(Job(SymbolTask(IDS, 12), LONG[0]))
    gone_on = runs[LONG[0]]
    assert isinstance(alone, Run)
    assert isinstance(gone_on, Run)
    assert same(alone, gone_on)
    assert not store.under_way(LONG[0]).exists()


ORPHANS = SCRIPT.replace("LONG)\n", "[__import__('dataclasses').replace(run, epochs=10**5) for run in LONG])\n")


@pytest.mark.slow
def test_trainings_whose_stage_is_gone_end(tmp_path: Path, project: Path) -> None:
    """Two workers at work; the process that waits for them is killed without them."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{project}:{project / 'src'}",
        "LOKY_MAX_CPU_COUNT": "2",
        "SNAPSHOT_SECONDS": "0",
    }
    process = subprocess.Popen([sys.executable, "-c", ORPHANS, str(tmp_path)], env=environment)
    while len(list((tmp_path / "under_way").glob("*.safetensors"))) < 2:
        assert process.poll() is None
        time.sleep(0.01)
    workers = [one for one in psutil.Process(process.pid).children(recursive=True) if one.cpu_times().user > 0.5]
    assert len(workers) == 2
    process.kill()
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=10)
    for one in alive:
        one.kill()
    assert alive == []


def test_ctrl_c_tells_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped_at_the_second(work: Callable[[Job], list[Run]], jobs: list[tuple[Job]], **_: object) -> object:
        yield work(*jobs[0])
        save_arrays(tmp_path / "under_way" / jobs[1][0].snapshot.name, {}, {})  # type: ignore[union-attr]
        raise KeyboardInterrupt

    monkeypatch.setattr("maestro_lstm.training.jobs.parallel_map", stopped_at_the_second)
    runs = [replace(ONE, seed=seed) for seed in range(3)]
    with pytest.raises(Stopped, match=r"^trained and kept: 1; kept half-way: 1$"):
        train_all(tmp_path, SymbolTask(IDS, 12), runs)
