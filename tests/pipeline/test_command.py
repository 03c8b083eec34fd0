"""A stage as a process: alone in its folder, and stopped by Ctrl-C."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from tools.demo import merged
from tools.dvc import environment_for


@contextmanager
def started(folder: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Python's in a project, in a process group of its own as a terminal would start it."""
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    process = subprocess.Popen(  # type: ignore[call-overload]
        [sys.executable, "-m", *words],
        cwd=folder,
        env=environment_for(Path(__file__).parents[2]),  # this code, which is compiled already
        text=True,
        start_new_session=True,
        **both,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What a process prints up to a line with these words."""
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if words in line:
            return "".join(lines)
    raise AssertionError("".join(lines))


def ctrl_c(process: subprocess.Popen[str]) -> tuple[str, float]:
    """What a process prints after Ctrl-C, and the seconds until it ends."""
    began = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    told, _ = process.communicate(timeout=30)
    return told, time.monotonic() - began


def test_a_stage_waits_for_one_that_was_left_behind(encoded: Path) -> None:
    """Its `dvc repro` was killed: DVC does not know of it any more."""
    lock = FileLock(encoded / ".dvc" / "tmp" / "stage.lock")
    (encoded / ".dvc" / "tmp" / "stage.txt").write_text("process 123 (train_paper)")
    with lock, started(encoded, "stages.check_params") as stage:
        read_until(
            stage, "another stage is still running: process 123 (train_paper); waiting for it, `kill` it to go ahead"
        )
        assert stage.poll() is None
        lock.release()
        assert stage.wait(30) == 0


def test_a_second_repro_says_that_there_is_a_first(encoded: Path) -> None:
    lock = FileLock(encoded / ".dvc" / "tmp" / "stage.lock")
    (encoded / "data" / "params_checked.txt").unlink()
    with lock, started(encoded, "dvc", "repro", "check_params") as first:
        read_until(first, "waiting for it")
        with started(encoded, "dvc", "repro", "check_params") as second:
            told, _ = second.communicate(timeout=60)
        assert second.returncode != 0
        assert "is busy, it is being blocked by:" in told
        assert f"(PID {first.pid})" in told
        lock.release()
        assert first.wait(60) == 0


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="no way here to see what a process has loaded")
def test_ctrl_c_while_libraries_are_loaded_is_no_traceback(encoded: Path) -> None:
    with started(encoded, "stages.train", "paper") as stage:
        while "torch" not in Path(f"/proc/{stage.pid}/maps").read_text():  # the first of its files, of many
            time.sleep(0.001)
        told, seconds = ctrl_c(stage)
    assert told == "stopped before the stage had begun; run it again to resume\n"
    assert stage.returncode == 1
    assert seconds < 5


@pytest.mark.parametrize("cores", ["1", "2"])
def test_ctrl_c_at_work_tells_what_is_kept(encoded: Path, monkeypatch: pytest.MonkeyPatch, cores: str) -> None:
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", cores)
    monkeypatch.setenv("SNAPSHOT_SECONDS", "0")
    params = yaml.safe_load(Path("params.yaml").read_text())
    long = {"sweep": {"epochs": 500}, "sweep_optimizer": {"candidates": ["sgd"]}}
    Path("params.yaml").write_text(yaml.safe_dump(merged(params, long)))
    with started(encoded, "stages.sweep", "optimizer") as stage:
        while not list(Path("runs").glob("under_way/*.safetensors")):
            assert stage.poll() is None
            time.sleep(0.01)
        told, seconds = ctrl_c(stage)
    assert stage.returncode == 1
    last = told.strip().splitlines()[-1]
    assert re.fullmatch(r"stopped: trained and kept: 0; kept half-way: [12]; run it again to resume", last)
    assert "Traceback" not in told
    assert seconds < 10
