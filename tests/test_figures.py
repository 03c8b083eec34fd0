"""Metrics files that are read again: as they were written, or refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maestro_lstm.errors import UserError
from maestro_lstm.figures import read_counts, read_one_pass, read_over_seeds, read_selected
from maestro_lstm.seeds import over_seeds

RUN = {"seed": 0, "accuracy": 42.4332, "nats": 21.5, "distinct": 1, "next_share": 42.4332, "loss": 4.09}
OVER_SEEDS = over_seeds([RUN, {**RUN, "seed": 1, "accuracy": 46.1, "distinct": 20}])
ONE_PASS = json.loads(Path("metrics/evaluate/test/4-gram.json").read_text())
COUNTS = json.loads(Path("metrics/parse/test.json").read_text())


def test_our_own_metrics_are_sound() -> None:
    for path in sorted(Path("metrics").rglob("*.json")):
        if path.parent.name.startswith("sweep_") or (
            path.stem in ("paper", "corrected", "best") and "evaluate" in path.parts
        ):
            assert read_over_seeds(path)["seeds"] > 0
        elif "evaluate" in path.parts:
            assert read_one_pass(path)["symbols"] > 0
        elif path.parent.name == "parse":
            assert read_counts(path).symbols > 0
        elif path.parent.name == "selected":
            assert read_selected(path, path.stem)


Reader = Callable[[Path], Any]
NOT_EVEN: list[Any] = [None, [], {}, 3, "text"]


@pytest.mark.parametrize(
    ("reader", "sound", "changes"),
    [
        (
            read_over_seeds,
            OVER_SEEDS,
            [
                {"accuracy": 99.0},
                {"accuracy_std": 0.0},
                {"accuracy_max": 46.2},
                {"seeds": 3},
                {"nats": "21.5"},
                {"runs": []},
                {"runs": [RUN]},
                {"runs": [{**RUN, "accuracy": 101.0}]},
                {"runs": [{**RUN, "accuracy": True}]},
                {"runs": [{**RUN, "seed": "0"}]},
                {"runs": [RUN, {key: value for key, value in RUN.items() if key != "nats"}]},
            ],
        ),
        (
            read_one_pass,
            ONE_PASS,
            [{"nats": 1.0}, {"bits": 0.0}, {"accuracy": 101}, {"distinct": 0}, {"extra": 1}, {"symbols": 1.5}],
        ),
        (
            read_counts,
            COUNTS,
            [{"symbols": 0}, {"symbols": COUNTS["symbols"] + 1000}, {"chords": -1}, {"skipped": 4}, {"problems": [1]}],
        ),
        (lambda path: read_selected(path, "optimizer"), {"optimizer": "adam"}, [{"optimizer": "x"}, {"seq_len": 1}]),
        (lambda path: read_selected(path, "seq_len"), {"seq_len": 100}, [{"seq_len": 0}, {"seq_len": "100"}]),
        (lambda path: read_selected(path, "learning_rate"), {"learning_rate": "constant"}, [{"learning_rate": 0.1}]),
    ],
)
def test_a_file_that_was_altered_is_named(
    reader: Reader, sound: dict[str, Any], changes: list[dict[str, Any]], tmp_path: Path
) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(sound))
    reader(path)
    for content in [*({**sound, **change} for change in changes), *NOT_EVEN]:
        path.write_text(json.dumps(content))
        with pytest.raises(UserError, match=r"x\.json is damaged \(.*\): delete it and run `dvc repro`") as raised:
            reader(path)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("reader", [read_over_seeds, read_one_pass, read_counts])
def test_a_file_that_was_cut_short_or_is_missing_is_named(reader: Reader, tmp_path: Path) -> None:
    text = json.dumps(OVER_SEEDS)
    for keep in (0, 1, len(text) // 2, len(text) - 1):
        (tmp_path / "x.json").write_text(text[:keep])
        with pytest.raises(UserError, match=r"x\.json is damaged"):
            reader(tmp_path / "x.json")
    (tmp_path / "x.json").write_text("[" * 100_000)
    with pytest.raises(UserError, match=r"x\.json is damaged"):
        reader(tmp_path / "x.json")
    with pytest.raises(UserError, match=r"none\.json is missing: run `dvc repro`"):
        reader(tmp_path / "none.json")
