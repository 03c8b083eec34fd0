"""Runs that are kept: found again, trained only where missing, and never mistaken for another's."""

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.versions import KERNEL_CHOICES
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training import jobs
from maestro_lstm.training.jobs import Job, do, succeeded, train_all, train_candidates
from maestro_lstm.training.run_cache import Failed, Run, RunCache
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=300).astype(np.uint8)
ONE = Settings(4, "logits", "adam", Schedule.constant(0.01), 10, 1, seed=0, log_every=10)
SEEDS = [replace(ONE, seed=seed) for seed in range(3)]


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Seeds that are trained from here on; in this process, where they can be counted."""
    seeds: list[int] = []

    def counted(job: Job) -> Run | Failed:
        seeds.append(job.run.seed)
        return do(job)

    def here(work: Callable[..., Any], jobs: Any, **_: Any) -> Any:
        return (work(*job) for job in jobs)

    monkeypatch.setattr(jobs, "do", counted)
    monkeypatch.setattr(jobs, "parallel_map", here)
    return seeds


def same(one: Run, other: Run) -> bool:
    pairs = [(one.last, other.last), (one.best.weights, other.best.weights)]
    weights = all(torch.equal(a[name], b[name]) for a, b in pairs for name in a)
    return weights and (one.settings, one.curve, one.best.update) == (other.settings, other.curve, other.best.update)


def test_one_more_seed_costs_one_more_training(tmp_path: Path, trained: list[int]) -> None:
    before = train_all(tmp_path, SymbolTask(IDS, 12), SEEDS[:2])
    after = train_all(tmp_path, SymbolTask(IDS, 12), SEEDS)
    assert trained == [0, 1, 2]
    for settings in SEEDS[:2]:
        assert same(succeeded(before[settings]), succeeded(after[settings]))


def test_the_same_settings_twice_are_one_training(tmp_path: Path, trained: list[int]) -> None:
    """The paper's `adam` and `constant` are one: ADAM at a constant rate, T = 25."""
    assert len(train_all(tmp_path, SymbolTask(IDS, 12), [ONE, replace(ONE)])) == 1
    assert trained == [0]


def test_an_interrupted_study_keeps_what_was_done(
    tmp_path: Path, trained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped_at_the_third(work: Callable[..., Any], jobs: Any, **_: Any) -> Any:
        for k, job in enumerate(jobs):
            if k == 2:
                raise KeyboardInterrupt
            yield work(*job)

    monkeypatch.setattr(jobs, "parallel_map", stopped_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        train_all(tmp_path, SymbolTask(IDS, 12), SEEDS)
    monkeypatch.setattr(jobs, "parallel_map", lambda work, jobs, **_: (work(*job) for job in jobs))
    train_all(tmp_path, SymbolTask(IDS, 12), SEEDS)
    assert trained == [0, 1, 2]


OTHER: dict[str, Any] = {
    "seed": 9,
    "hidden": 5,
    "seq_len": 11,
    "output": "softmax",
    "schedule": Schedule(0.001, 0.01, 3),
    "engine": "torch",
    "device": "cuda",
    "epochs": 2,
    "log_every": 5,
    "smoothing": 0.5,
    "optimizer": "sgd",
    "loss": "first",
    "epsilon": 1e-6,
    "loss_scale": 2.0,
    "sharpness": 2.0,
    "redrawn": 1,
    "next_kept": 0.5,
    "redrawn_at": 1,
    "draws": "in_order",
    "probes": 3,
    "layers": 2,
    "batch": 2,
    "lengths": "growing",
    "shortest": 5,
    "lengths_up": 7,
    "symbols": 200,
    "transpose": 3,
    "skips": True,
    "kind": "performer",
    "head": 3,
    "dropout": 0.1,
    "weight_decay": 0.1,
    "stretch": 0.1,
    "pedal": "events",
    "look": LookSize(1, 4, 8),
    "averaging": 0.9,
    "sounds": True,
    "precision": "bfloat16",
    "threads": 2,
}


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_a_run_is_not_taken_for_one_with_another_setting(tmp_path: Path, setting: str) -> None:
    store = RunCache(tmp_path, SymbolTask(IDS, 12))
    assert store.path(ONE) != store.path(replace(ONE, **{setting: OTHER[setting]}))


def test_nor_for_one_of_other_data_code_or_libraries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE)
    assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(replace(ONE)) == here
    assert RunCache(tmp_path, SymbolTask(IDS[::-1], 12)).path(ONE) != here
    assert RunCache(tmp_path, SymbolTask(IDS, 13)).path(ONE) != here
    monkeypatch.setattr("maestro_lstm.training.run_cache.digest", lambda _: "other code")
    assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE) != here
    monkeypatch.undo()
    monkeypatch.setattr("maestro_lstm.training.run_cache.libraries", lambda: {"torch": "0.0"})
    assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE) != here


@pytest.mark.parametrize("variable", KERNEL_CHOICES)
def test_nor_for_one_of_other_kernels_or_another_processor(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(variable, raising=False)
    here = RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE)
    monkeypatch.setenv(variable, "another")
    assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE) != here
    monkeypatch.delenv(variable)
    for name in ("processor", "_features"):
        with monkeypatch.context() as patch:
            patch.setattr(f"maestro_lstm.plumbing.versions.{name}", lambda: "another")
            assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE) != here
    assert RunCache(tmp_path, SymbolTask(IDS, 12)).path(ONE) == here


def test_nor_is_one_of_a_gpu_for_one_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, on_gpu = RunCache(tmp_path, SymbolTask(IDS, 12)), replace(ONE, device="cuda")
    paths = set()
    for name in ("one GPU", "another"):
        monkeypatch.setattr("maestro_lstm.training.run_cache.gpu_name", lambda name=name: name)
        paths |= {store.path(on_gpu), store.path(ONE)}
    assert len(paths) == 3


def test_a_damaged_run_is_trained_again(tmp_path: Path, trained: list[int]) -> None:
    first = succeeded(train_all(tmp_path, SymbolTask(IDS, 12), [ONE])[ONE])
    (file,) = tmp_path.iterdir()
    data = file.read_bytes()
    for damaged in (data[:-1], b"", data[:2000] + bytes([data[2000] ^ 1]) + data[2001:]):
        file.write_bytes(damaged)
        assert same(first, succeeded(train_all(tmp_path, SymbolTask(IDS, 12), [ONE])[ONE]))
        kept = RunCache(tmp_path, SymbolTask(IDS, 12)).load(ONE)
        assert kept is not None
        assert same(first, kept)
    assert trained == [0] * 4


def test_a_run_that_diverged_is_told_where_it_is_asked_for(tmp_path: Path, trained: list[int]) -> None:
    steep = replace(ONE, optimizer="sgd", schedule=Schedule.constant(1e38))
    runs = train_all(tmp_path, SymbolTask(IDS, 12), [steep, ONE])
    assert trained == [0, 0]
    assert succeeded(runs[ONE]).settings == ONE
    with pytest.raises(UserError, match="sgd, logits, T = 10, seed 0: the loss is no longer finite"):
        succeeded(runs[steep])


def test_a_candidate_that_diverged_ends_a_sweep_or_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    steep = replace(ONE, optimizer="sgd", schedule=Schedule.constant(1e38))
    task, sweep = SymbolTask(IDS, 12), {"steep": [steep], "flat": [ONE]}
    with pytest.raises(UserError, match="no longer finite"):
        train_candidates(tmp_path, task, sweep, "torch", "cpu")
    found = train_candidates(tmp_path, task, sweep, "torch", "cpu", may_fail=True)
    assert list(found) == ["flat"]
    assert "left out: sgd, logits" in capsys.readouterr().err


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """How trainings are asked for, call by call, that nobody then does."""
    told: list[dict[str, Any]] = []

    def spy(work: object, jobs: list[tuple[Job]], **how: Any) -> list[Run | Failed]:  # noqa: ARG001
        told.append({**how, "runs": [job.run.device for (job,) in jobs]})
        return [Failed(job.run, "") for (job,) in jobs]

    monkeypatch.setattr(jobs, "parallel_map", spy)
    return told


def test_beside_a_gpu_cores_train_side_by_side_and_the_gpu_one_at_a_time(
    tmp_path: Path, asked: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "cpu_count", lambda: 4)
    large = [replace(one, device="cuda", threads=4) for one in SEEDS]
    train_all(tmp_path, SymbolTask(IDS, 12), [large[0], *SEEDS, *large[1:]])
    assert asked == [
        {"n_jobs": 3, "stay_here": True, "runs": ["cpu"] * 3},
        {"n_jobs": 1, "stay_here": True, "runs": ["cuda"] * 3},
    ]


def test_a_gpus_runs_stay_on_its_machine_and_come_one_at_a_time(tmp_path: Path, asked: list[dict[str, Any]]) -> None:
    train_all(tmp_path, SymbolTask(IDS, 12), [replace(run, engine="torch", device="cuda") for run in SEEDS])
    assert asked == [{"n_jobs": 1, "stay_here": True, "runs": ["cuda"] * 3}]


@pytest.mark.parametrize(("cores", "threads", "at_once"), [(4, 1, 3), (2, 1, 2), (4, 2, 2), (2, 2, 1), (1, 2, 1)])
def test_trainings_of_several_threads_leave_each_other_their_cores(
    cores: int,
    threads: int,
    at_once: int,
    tmp_path: Path,
    asked: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "cpu_count", lambda: cores)
    train_all(tmp_path, SymbolTask(IDS, 12), [replace(run, threads=threads) for run in SEEDS])
    assert [one["n_jobs"] for one in asked] == [at_once]


def test_where_all_is_kept_nobody_is_asked(tmp_path: Path, trained: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    train_all(tmp_path, SymbolTask(IDS, 12), SEEDS)
    monkeypatch.setattr(jobs, "parallel_map", None)
    assert len(train_all(tmp_path, SymbolTask(IDS, 12), SEEDS)) == len(trained) == 3


def test_beside_a_gpu_the_papers_network_trains_on_a_core(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A GPU that is said to be there; what is too small for it does not ask for it."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr(jobs, "proven", lambda *_: pytest.fail("nothing here is large enough"))
    small = replace(ONE, engine="scratch")
    assert small.fits_compiled
    (run,) = train_candidates(tmp_path, SymbolTask(IDS, 12), {"one": [small]}, "auto", "auto")["one"]
    assert (run.settings.engine, run.settings.device) == ("compiled", "cpu")
    told = capsys.readouterr().err
    assert "251,000 symbols a second on one core, 48,800 on an H200; device: cuda takes the GPU all the same" in told
    tried: list[tuple[str, str]] = []

    def checked(_task: object, _run: Settings, engine: str, device: str) -> tuple[str, str]:
        tried.append((engine, device))
        return "torch", "cpu"

    monkeypatch.setattr(jobs, "proven", checked)
    large = replace(ONE, layers=2)
    found = train_candidates(tmp_path, SymbolTask(IDS, 12), {"small": [small], "large": [large]}, "auto", "auto")
    assert tried == [("torch", "cuda")]
    assert found["small"][0].settings.engine == "compiled"
    assert found["large"][0].settings.engine == "torch"
    train_candidates(tmp_path, SymbolTask(IDS, 12), {"one": [small]}, "auto", "cuda")  # as asked
    assert len(tried) == 2
