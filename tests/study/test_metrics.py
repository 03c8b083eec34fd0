"""Metrics files that are read again: as they were written, or refused by name."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maestro_lstm.params.params import SWEEPS
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.extensions import EXTENSIONS, factors_of
from maestro_lstm.study.metrics import (
    EVALUATE,
    EXPLAIN,
    EXTENSION,
    EXTENSION_NOTES,
    EXTENSION_RULE,
    ONE_PASS,
    RULES,
    SWEEP,
    of_candidates,
    over_seeds,
    read_baselines,
    read_notes,
    read_runs,
    read_selected,
    read_split,
)
from maestro_lstm.study.plateau import Cell

RUN = {"seed": 0, "accuracy": 42.4332, "nats": 21.5, "distinct": 1, "next_share": 42.4332, "loss": 4.09}
RUNS = [{"candidate": c, **RUN, "seed": seed, "accuracy": 42.0 + seed} for c in ("sgd", "25") for seed in (0, 1)]
PASS = {
    "symbols": 9,
    "accuracy": 1.0,
    "accuracy_pitches": 2.0,
    "nats": 1.5,
    "bits": 2.1,
    "distinct": 3,
    "next_share": 0.5,
}
SPLITS = [{"split": split, "seed": 0, "accuracy_windows": 41.0, **PASS} for split in ("validation", "test")]
BASELINES = [{"predictor": "1-gram", "split": split, **PASS} for split in ("validation", "test")]
NOTES = [{"rule": "clean", "split": "validation", "symbols": 9, "chords": 3, "pitches": 5, "notes": 5}]


def test_our_own_metrics_are_sound() -> None:
    for sweep in SWEEPS:
        assert read_runs(Path(f"metrics/sweeps/{sweep}.csv"), ("candidate",), SWEEP)
    assert read_runs(Path("metrics/plateau/runs/crossed.csv"), Cell._fields, EXPLAIN)
    for extension in EXTENSIONS:
        figures = {"rule": EXTENSION_RULE, "look": EXTENSION_NOTES}.get(extension, EXTENSION)
        assert read_runs(Path(f"metrics/extensions/runs/{extension}.csv"), factors_of(extension), figures)
    for path in [*Path("metrics/evaluate").glob("*.csv"), Path("metrics/best/evaluate.csv")]:
        assert read_split(path, "test")["seeds"] > 0
    assert read_baselines(Path("metrics/baselines/figures.csv"), "test")
    assert read_notes(Path("metrics/extensions/rules.csv"), "clean") > 0
    for sweep in SWEEPS:
        assert read_selected(Path(f"metrics/selected/{sweep}.json"), sweep)


def test_runs_are_read_as_they_were_written(tmp_path: Path) -> None:
    write_csv(tmp_path / "x.csv", RUNS)
    found = read_runs(tmp_path / "x.csv", ("candidate",), SWEEP)
    assert list(found) == [("sgd",), ("25",)]
    assert found["sgd",]["runs"] == [{key: run[key] for key in RUN} for run in RUNS[:2]]
    assert found["sgd",] == over_seeds(found["sgd",]["runs"])
    assert of_candidates(found, [(25,)], tmp_path / "x.csv") == {(25,): found["25",]}
    assert list(of_candidates(found, [("adam",), (25,)], tmp_path / "x.csv", may_lack=True)) == [(25,)]
    with pytest.raises(UserError, match=r"x\.csv is damaged \(it has no adam\)"):
        of_candidates(found, [("adam",)], tmp_path / "x.csv")


Reader = Callable[[Path], Any]


def sweep_reader(path: Path) -> Any:
    return read_runs(path, ("candidate",), SWEEP)


@pytest.mark.parametrize(
    ("reader", "sound", "changes"),
    [
        (
            sweep_reader,
            RUNS,
            [
                {"accuracy": 101.0},
                {"accuracy": -1.0},
                {"accuracy": "x"},
                {"nats": -0.1},
                {"nats": ""},
                {"distinct": 0},
                {"distinct": 1.5},
                {"seed": -1},
                {"seed": 1},  # twice
                {"next_share": 100.1},
                {"more": 1},
            ],
        ),
        (lambda path: read_split(path, "test"), SPLITS, [{"symbols": 0}, {"bits": -1}, {"accuracy_windows": 101}]),
        (lambda path: read_baselines(path, "test"), BASELINES, [{"symbols": 0}, {"accuracy": "x"}, {"extra": 1}]),
        (lambda path: read_notes(path, "clean"), NOTES, [{"notes": 0}, {"notes": 6}, {"rule": "x"}, {"extra": 1}]),
    ],
)
def test_a_table_that_was_altered_is_named(
    reader: Reader, sound: list[dict[str, Any]], changes: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "x.csv"
    write_csv(path, sound)
    reader(path)
    for change in changes:
        write_csv(path, [{**sound[0], **change}, *sound[1:]])
        with pytest.raises(UserError, match=r"x\.csv is damaged \(.*\)") as raised:
            reader(path)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("columns", [SWEEP, EXPLAIN, EXTENSION, EXTENSION_RULE, EVALUATE, ONE_PASS, RULES])
def test_columns_appear_once(columns: tuple[str, ...]) -> None:
    assert len(set(columns)) == len(columns)


def test_a_table_that_was_cut_short_or_is_missing_is_named(tmp_path: Path) -> None:
    write_csv(tmp_path / "whole.csv", RUNS)
    text = (tmp_path / "whole.csv").read_text()
    for keep in (0, 1, text.index("\n") + 1, len(text) - 8):
        (tmp_path / "x.csv").write_text(text[:keep])
        with pytest.raises(UserError, match=r"x\.csv is damaged"):
            sweep_reader(tmp_path / "x.csv")
    with pytest.raises(UserError, match=r"none\.csv is missing"):
        sweep_reader(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("sweep", "sound", "wrong"),
    [
        ("optimizer", "adam", ["x", 1, None]),
        ("seq_len", 100, [0, "100", 1.5]),
        ("learning_rate", "constant", [0.1, "x"]),
    ],
)
def test_a_winner_that_is_none_is_named(sweep: str, sound: Any, wrong: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {sweep: sound})
    assert read_selected(path, sweep) == sound
    for content in (*({sweep: value} for value in wrong), {}, [], "text", {sweep: sound, "more": 1}):
        write_json(path, content)
        with pytest.raises(UserError) as raised:
            read_selected(path, sweep)
        assert re.fullmatch(r".*x\.json is damaged \(.*\)", str(raised.value))
