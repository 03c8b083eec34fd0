"""The same work on a real Dask cluster: a scheduler and two workers, one of them killed in the middle."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest
import torch

from maestro_lstm.corpus.index import SPLITS, Piece
from maestro_lstm.midi import files as splits
from maestro_lstm.midi.files import Read, read_file
from maestro_lstm.plumbing import cluster as cluster_module
from maestro_lstm.plumbing.arrays import mapped_file
from maestro_lstm.plumbing.cluster import ADDRESS, parallel_map
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens import parsing
from maestro_lstm.tokens.encoded import load_ids, save_ids
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training import jobs
from maestro_lstm.training.jobs import Job, do, succeeded, train_all
from maestro_lstm.training.run_cache import Failed, Run
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from tests.midi_files import dense_notes, midi_file, track

IDS: Ids = np.random.default_rng(0).integers(0, 90, size=60_000).astype(np.uint8)
FAILURES = "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES"  # workers that a job may lose; Dask's default is 3
NOTES = "NOTES_OF_THE_TEST"  # the environment variable that names the file of what the workers began
RUNS = [Settings(32, "logits", "adam", Schedule.constant(0.01), 25, 2, seed, log_every=500) for seed in range(4)]


def note(what: object) -> None:
    """Write down that this process began something; wait to be killed if it is the victim."""
    with Path(os.environ[NOTES]).open("a") as notes:
        notes.write(f"{os.getpid()} {what}\n")
    if Path(os.environ[NOTES]).with_name(f"victim-{os.getpid()}").exists():
        time.sleep(60)


def noted_training(job: Job) -> Run | Failed:
    note(job.run.seed)
    return do(job)


def noted_read(piece: Piece, *rest: Any) -> Read[Any]:
    note(piece.file)
    return read_file(piece, *rest)


def deadly(_: int) -> None:
    os._exit(1)


class Cluster:
    """A scheduler and its workers, one core each, as processes of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder, folder / "notes"
        self.notes.touch()
        self.log = (folder / "scheduler.log").open("w+")
        self.scheduler: subprocess.Popen[str] | None = None
        self.workers: list[subprocess.Popen[str]] = []
        self.n_registered = 0

    def start(self) -> None:
        self.scheduler = self._start("scheduler", "--port", "0", "--no-dashboard")
        self.address = self._wait_for(r"Scheduler at:\s+(tcp://\S+)")

    def fill(self) -> None:
        """Replace the workers that are dead: two are there."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < 2:
            self.workers.append(self._start("worker", self.address, "--nthreads", "1", "--no-nanny"))
            self.n_registered += 1
        self._wait_for(r"Register worker", self.n_registered)

    def _start(self, *words: str) -> subprocess.Popen[str]:
        folder = self.folder / f"{words[0]}-{time.monotonic_ns()}"  # a folder of its own: nothing is shared
        folder.mkdir()
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], "--host", "127.0.0.1"]
        options = ["--no-dashboard"] if words[0] == "worker" else []
        # the workers know the project's code, and the tests' for what they note down; of its data they know nothing
        environment = {**os.environ, "PYTHONPATH": str(Path.cwd()), NOTES: str(self.notes), FAILURES: "1"}
        return subprocess.Popen(
            [*command, *words[1:], *options], cwd=folder, env=environment, stdout=self.log, stderr=self.log, text=True
        )

    def _wait_for(self, pattern: str, count: int = 1) -> str:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = re.findall(pattern, Path(self.log.name).read_text())
            if len(found) >= count:
                return str(found[0])
            time.sleep(0.1)
        raise AssertionError(Path(self.log.name).read_text())

    def begun(self) -> list[tuple[int, str]]:
        """Process and name of everything that was begun, in order."""
        return [(int(process), what) for process, what in map(str.split, self.notes.read_text().splitlines())]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process:
                process.kill()
                process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture
def cluster(standing: Cluster, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, with two workers, whatever the test before did to them."""
    monkeypatch.setenv(ADDRESS, standing.address)
    standing.fill()
    standing.notes.write_text("")
    return standing


@pytest.mark.slow
def test_a_worker_killed_at_work_costs_its_training_a_retry_and_no_more(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "do", noted_training)
    victim, survivor = (worker.pid for worker in cluster.workers)
    (cluster.folder / f"victim-{victim}").touch()

    def kill_it_at_work() -> None:
        while victim not in dict(cluster.begun()):
            time.sleep(0.02)
        os.kill(victim, signal.SIGKILL)

    killer = Thread(target=kill_it_at_work, daemon=True)
    killer.start()
    runs = train_all(tmp_path / "runs", SymbolTask(IDS, 90), RUNS)
    killer.join(timeout=1)

    begun = cluster.begun()
    print("began, as process and seed:", begun, "killed:", victim)
    lost = [int(seed) for process, seed in begun if process == victim]
    assert len(lost) == 1  # it was at work, and was not given another
    assert sorted(int(seed) for process, seed in begun if process == survivor) == [run.seed for run in RUNS]
    assert len(list((tmp_path / "runs").iterdir())) == len(RUNS)  # all came home
    for settings in (RUNS[0], RUNS[lost[0]]):
        alone = do(Job(SymbolTask(IDS, 90), settings, False))
        assert all(torch.equal(w, succeeded(runs[settings]).last[name]) for name, w in succeeded(alone).last.items())


@pytest.mark.slow
def test_files_are_parsed_on_the_clusters_workers(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(splits, "read_file", noted_read)
    monkeypatch.setattr(splits, "BATCH", 2)
    folder, pieces = tmp_path / "corpus", []
    folder.mkdir()
    for k, split in enumerate(["train"] * 10 + ["validation", "test"]):
        (folder / f"{k}.mid").write_bytes(midi_file([track(dense_notes(k, 80, 384))]))
        pieces.append(Piece(f"{k}.mid", split, "", ""))  # type: ignore[arg-type]
    there = parsing.Corpus(folder, pieces, "fast", "paper", 0)
    streams = [stream for split in SPLITS for stream in there.streams(split)]
    begun = cluster.begun()
    assert {process for process, _ in begun} <= {worker.pid for worker in cluster.workers}
    assert sorted(file for _, file in begun) == sorted(piece.file for piece in pieces)
    monkeypatch.undo()
    here = parsing.Corpus(folder, pieces, "fast", "paper", 0)
    assert there.files.read == pieces
    for one, other in zip(streams, (stream for split in SPLITS for stream in here.streams(split)), strict=True):
        np.testing.assert_array_equal(one, other)


def file_of(task: SymbolTask) -> Path | None:
    return mapped_file(task.ids)


@pytest.mark.usefixtures("cluster")
def test_a_worker_maps_the_file_that_it_sees_and_is_sent_what_it_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "train.safetensors"
    save_ids(path, [IDS])
    task = SymbolTask(load_ids(path), 90)
    assert list(parallel_map(file_of, [(task,)])) == [path]
    monkeypatch.setattr(cluster_module, "fingerprint", lambda _: os.getpid())  # each sees another file
    assert list(parallel_map(file_of, [(task,)])) == [None]


@pytest.mark.usefixtures("cluster")
def test_a_worker_of_other_code_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = {**cluster_module.stamp(), "torch": "0.1"}
    monkeypatch.setattr(cluster_module, "stamp", lambda: other)
    with pytest.raises(UserError, match=r"worker \S+ differs \(torch \S+ for 0\.1\): install it from this commit"):
        list(parallel_map(abs, [(-1,)]))


@pytest.mark.usefixtures("cluster")
def test_what_only_this_machine_has_is_done_here() -> None:
    assert list(parallel_map(os.getpid, [()], n_jobs=1, stay_here=True)) == [os.getpid()]
    assert list(parallel_map(os.getpid, [()])) != [os.getpid()]


@pytest.mark.usefixtures("cluster")
def test_a_job_that_kills_every_worker_is_given_up() -> None:
    with pytest.raises(UserError, match="a job was given up: every worker that tried it was lost"):
        list(parallel_map(deadly, [(1,)]))


@pytest.mark.slow
def test_a_worker_process_of_this_machine_that_is_killed_is_told() -> None:
    with pytest.raises(UserError, match="a worker process was killed, perhaps because memory ran out"):
        list(parallel_map(deadly, [(1,), (2,)], n_jobs=2))


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "PATIENCE", 0.5)
    monkeypatch.setenv(ADDRESS, "tcp://127.0.0.1:1")
    with pytest.raises(UserError, match=r"DASK_SCHEDULER_ADDRESS: no Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        list(parallel_map(abs, [(-1,)]))


def test_dask_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setenv(ADDRESS, "tcp://127.0.0.1:1")
    with pytest.raises(UserError, match="Dask is not installed"):
        list(parallel_map(abs, [(-1,)]))


def test_without_a_scheduler_the_work_stays_here() -> None:
    assert list(parallel_map(abs, [(-3,), (2,), (-1,)], ordered=True)) == [3, 2, 1]
    assert sorted(parallel_map(abs, [(-3,), (2,), (-1,)])) == [1, 2, 3]
