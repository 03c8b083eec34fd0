"""The curve of a training under way: a table that grows, whole at every point, and kept where nothing can start."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training import jobs
from maestro_lstm.training.jobs import train_all
from maestro_lstm.training.live_curve import added_to, live_curve
from maestro_lstm.training.loop import Training
from maestro_lstm.training.run_cache import Run, curve_rows
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask

IDS: Ids = np.random.default_rng(0).integers(0, 12, size=300).astype(np.uint8)
ONE = Settings(4, "logits", "adam", Schedule.constant(0.01), 10, 1, seed=0, log_every=10)
TASK = SymbolTask(IDS, 12)


def test_every_point_is_in_the_file_as_soon_as_it_is_there(tmp_path: Path) -> None:
    path, training = tmp_path / "new" / "curve.csv", Training(TASK, ONE)
    for done in added_to(live_curve(path, []), training, training):
        table = pd.read_csv(path)
        assert table["update"].iloc[-1] == done
        assert table["loss"].tolist() == [point.loss for point in training.progress.curve]
    assert len(table) == training.n_points > 1


def test_trainings_share_the_file_behind_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "parallel_map", lambda work, jobs, **_: (work(*job) for job in jobs))  # the leader first
    path, seeds = tmp_path / "curve.csv", [replace(ONE, seed=seed) for seed in range(4)]
    train_all(tmp_path / "runs", TASK, seeds[:1])
    path.write_text("of another training\n")
    runs = train_all(tmp_path / "runs", TASK, seeds, path)
    expected = pd.DataFrame(curve_rows([run for run in runs.values() if isinstance(run, Run)]))
    found = pd.read_csv(path)
    assert found["seed"].iloc[0] == 0
    order = ["seed", "update"]
    pd.testing.assert_frame_equal(
        found.sort_values(order, ignore_index=True), expected.sort_values(order, ignore_index=True)
    )


def test_who_does_not_lead_waits_for_the_file_and_loses_no_point(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    leads = live_curve(path, [])
    training = Training(TASK, replace(ONE, log_every=5))
    for done in added_to(leads.following(), training, training):
        assert path.exists() == (done > 15)
        if done == 15:
            leads.begin()
    assert pd.read_csv(path)["update"].tolist() == [point.update for point in training.progress.curve]


def test_a_training_that_cannot_start_leaves_the_last_curve(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    path.write_text("as it was")
    with pytest.raises(UserError, match="longer than the train split"):
        train_all(tmp_path / "runs", TASK, [replace(ONE, seq_len=500)], path)
    assert path.read_text() == "as it was"
