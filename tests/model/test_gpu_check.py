"""A device that fails or differs is named, and not trained on. Here other engines of the CPU stand for a GPU's."""

import re
from dataclasses import replace

import numpy as np
import pytest

from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training import engines, gpu_check
from maestro_lstm.training.engines import CompiledEngine
from maestro_lstm.training.gpu_check import TOLERANCE, disagreement, proven, trial_losses
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import SymbolTask

IDS: Ids = np.random.default_rng(0).integers(0, 90, size=5000).astype(np.uint8)
RUN = Settings(16, "logits", "adam", Schedule(1e-3, 1e-2, 7), 10, 1, seed=0, log_every=5, engine="torch")
TASK = SymbolTask(IDS, 90)


@pytest.mark.parametrize("engine", ["scratch", "compiled"])
def test_what_agrees_is_used(engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert proven(TASK, RUN, engine, "cpu") == (engine, "cpu")  # type: ignore[arg-type]
    assert not capsys.readouterr().err


class Wrong(CompiledEngine):
    """It forgets one of twenty updates."""

    def take_updates(self, starts, rates, lengths):  # type: ignore[no-untyped-def]
        return super().take_updates(starts, np.where(np.arange(len(rates)) == 10, 0, rates), lengths)


class Failing(CompiledEngine):
    def take_updates(self, starts, rates, lengths):  # type: ignore[no-untyped-def]  # noqa: ARG002
        raise RuntimeError("an illegal memory access was encountered\nCompile with …")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (Wrong, r"after \d+ updates its loss is 4\.\d+, torch's on the CPU 4\.\d+$"),
        (Failing, "an illegal memory access was encountered$"),
    ],
)
def test_what_differs_or_fails_is_named_and_torch_used(
    broken: type, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "CompiledEngine", broken)
    assert proven(TASK, RUN, "compiled", "cpu") == ("torch", "cpu")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("engine compiled is not used on cpu: ")
    assert re.search(said, line), line


def test_where_torch_fails_too_the_cpu_trains(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gpu_check, "disagreement", lambda *_: "out of memory")
    assert proven(TASK, RUN, "scratch", "cuda") == ("compiled", "cpu")
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "engine scratch is not used on cuda",
        "engine torch is not used on cuda",
    ]


def test_a_run_of_fewer_updates_is_compared_over_those(capsys: pytest.CaptureFixture[str]) -> None:
    task = SymbolTask(IDS[:75], 90)
    assert len(trial_losses(task, placed(RUN, "torch", "cpu"))) == 7
    assert proven(task, RUN, "scratch", "cpu") == ("scratch", "cpu")
    assert not capsys.readouterr().err


def test_a_narrower_precision_may_differ_by_more_and_no_more_than_it_does() -> None:
    expected = trial_losses(TASK, placed(RUN, "torch", "cpu"))
    narrow = replace(placed(RUN, "torch", "cpu"), precision="bfloat16")
    found = trial_losses(TASK, narrow)
    assert 0 < np.abs(found / expected - 1).max() < TOLERANCE["bfloat16"]
    assert not disagreement(TASK, narrow, expected)
    assert disagreement(TASK, narrow, expected * (1 + 2 * TOLERANCE["bfloat16"]))
    assert disagreement(TASK, narrow, expected * np.nan)
