"""Several processes that share a training: the same losses as one, and what happens when one of them is lost."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import distributed, nn

from maestro_lstm.model import ranks
from maestro_lstm.model.ranks import Dropout
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.training.loop import Training
from tests.model.ranked import UPDATES, tasks, trained
from tests.performances import corpus


def launched(folder: Path, processes: int, *names: str) -> "subprocess.Popen[str]":
    """A snapshot at every point."""
    environment = {
        **os.environ,
        "TORCHRUN": f"--standalone --nproc-per-node {processes}",
        "SNAPSHOT_SECONDS": "0",
    }
    words = [sys.executable, "-m", "tests.model.ranked", str(folder), *names]
    return subprocess.Popen(words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["symbols", "notes"])
def test_two_processes_train_as_one_does(name: str, tmp_path: Path) -> None:
    """The second network also looks back, is dropped from, and its pieces fill their windows unevenly."""
    corpus(tmp_path / "train")
    process = launched(tmp_path, 2, name)
    said, _ = process.communicate(timeout=100)
    assert process.returncode == 0, said
    assert len(list((tmp_path / "runs").glob("*.safetensors"))) == 1
    two = trained(tmp_path, name)  # the kept one
    task, settings = tasks(tmp_path)[name]
    alone = Training(task, settings)
    list(alone)
    one = alone.progress
    assert two.curve[-1].update == one.curve[-1].update == UPDATES
    np.testing.assert_allclose([p.loss for p in two.curve], [p.loss for p in one.curve], rtol=2e-5)
    assert one.curve[-1].loss < 0.97 * one.curve[0].loss
    for weight, value in alone.engine.weights().items():
        torch.testing.assert_close(two.last[weight], value, rtol=1e-2, atol=1e-4)


@pytest.mark.slow
def test_a_lost_process_ends_the_training_in_a_line_and_any_number_that_divides_resumes_it(tmp_path: Path) -> None:
    process = launched(tmp_path, 2, "symbols")
    victim, ends = tmp_path / "process-1.txt", time.monotonic() + 100
    while not list(tmp_path.glob("runs/under_way/*.safetensors")) and time.monotonic() < ends:
        time.sleep(0.01)
    os.kill(int(victim.read_text()), signal.SIGKILL)
    said, _ = process.communicate(timeout=100)
    assert process.returncode != 0
    assert "error: process 1 of the training was killed (SIGKILL): run it again to resume\n" in said, said
    assert "Traceback" not in said, said
    assert not list((tmp_path / "runs").glob("*.safetensors"))

    three = launched(tmp_path, 3, "symbols")
    said, _ = three.communicate(timeout=100)
    assert three.returncode != 0
    assert said == "error: batch: 4 sequences cannot be divided among 3 processes\n"

    resumed = trained(tmp_path, "symbols")  # by this process alone
    task, settings = tasks(tmp_path)["symbols"]
    alone = Training(task, settings)
    list(alone)
    np.testing.assert_allclose([p.loss for p in resumed.curve], [p.loss for p in alone.progress.curve], rtol=2e-5)


def test_sequences_are_divided_evenly_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ranks.share(6) == slice(0, 6)
    monkeypatch.setattr(ranks, "count", lambda: 4)
    with pytest.raises(UserError, match="6 sequences cannot be divided among 4 processes"):
        ranks.share(6)


def test_each_of_several_drops_its_own_part_of_what_one_drops(monkeypatch: pytest.MonkeyPatch) -> None:
    x, parts = torch.randn(5, 4, 6), []
    torch.manual_seed(1)
    whole = nn.Dropout(0.3)(x)
    monkeypatch.setattr(ranks, "count", lambda: 2)
    for rank in range(2):
        monkeypatch.setattr(distributed, "get_rank", lambda rank=rank: rank)
        torch.manual_seed(1)
        parts.append(Dropout(0.3)(x[:, ranks.share(4)]))
    assert torch.equal(torch.cat(parts, dim=1), whole)
    assert torch.equal(Dropout(0.3).eval()(x), x)
