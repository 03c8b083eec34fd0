"""The benchmarks' arithmetic and their rivals, not their speed."""

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import measure, networks, parsing
from benchmarks.__main__ import measured
from benchmarks.machine import describe
from maestro_lstm.midi.notes import notes_from_bytes
from maestro_lstm.tokens.chord_rule import chord_stream
from tests.markdown import cells_of
from tests.midi_files import dense_notes, midi_file, track


def test_ratios_are_of_the_same_round_and_figures_are_medians(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    load = iter([1, 1, 1, 1, 10, 10, 2, 2])  # a call each, the first of each way not counted; round 2 was disturbed

    def takes(seconds: float) -> None:
        now[0] += seconds * next(load)

    ways = {"slow": measure.Way(lambda: takes(8), 4), "quick": measure.Way(lambda: takes(2), 4)}
    slow, quick = measure.compare("work", ways, "slow", "ms a piece", 1e3, rounds=3)
    assert (slow.value, quick.value) == (4000, 1000)
    assert (slow.times_as_fast, quick.times_as_fast) == (1, 4)
    text = measure.table([vars(slow), vars(quick)])
    assert cells_of(text)[1:] == [
        ["work", "slow", "4,000 ms a piece", ""],
        ["work", "quick", "1,000 ms a piece", "4 × slow"],
    ]


def test_every_way_to_train_is_the_same_training() -> None:
    ids = np.random.default_rng(0).integers(0, 90, size=60_000).astype(np.uint8)
    ways = [networks.training_way(ids, way, 25, 500) for way in networks.SYMBOLS_OF]
    losses = [np.asarray(way.do()) for way in ways]
    assert [way.amount for way in ways] == [500] * 4
    for other in losses[1:]:
        np.testing.assert_allclose(other, losses[0], rtol=1e-5)


def test_rivals_read_the_same_notes() -> None:
    notes = dense_notes(1, 200, 384)
    data = midi_file([track(notes)])
    assert len(parsing.by_mido(data)) == len(notes_from_bytes(data)) == len(notes)
    assert sorted({pitch for _, pitch in parsing.by_mido(data)}) == sorted(
        set(chord_stream(notes_from_bytes(data))) - {-1}
    )


def test_parsing_is_measured_over_files_of_all_sizes(tmp_path: Path) -> None:
    for k in range(3):
        (tmp_path / f"{k}.mid").write_bytes(midi_file([track(dense_notes(k, 20 + k, 384))]))
    figures = parsing.parsing(sorted(tmp_path.iterdir()))
    assert [one.way for one in figures] == ["this project", "mido", "music21"]
    assert all(one.value > 0 for one in figures)


def test_the_machine_is_named() -> None:
    machine = describe()
    assert machine["processor"]
    assert set(machine["versions"]) >= {"numba", "torch"}  # type: ignore[call-overload]


def test_what_was_measured_is_kept_when_a_later_part_fails(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    figure = measure.Figure("x", "y", 1.0, "s", 1.0, "y")

    def fails() -> list[measure.Figure]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        measured({"one": lambda: [figure], "two": fails}, results)
    assert not results.exists()
    kept = json.loads(results.with_suffix(".partial.json").read_text())
    assert [one["what"] for one in kept["figures"]] == ["x"]
    assert measured({"one": lambda: [figure]}, results) == json.loads(results.read_text())["figures"]
    assert not results.with_suffix(".partial.json").exists()
