"""Figures of performances: what a network costs, what counting costs, and distances of music from music."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from maestro_lstm.corpus.index import HELD_OUT
from maestro_lstm.evaluation.baselines import Histograms
from maestro_lstm.evaluation.breakdown import event_counts, grouped, read_groups
from maestro_lstm.evaluation.measures import Collection, halves
from maestro_lstm.evaluation.note_distances import (
    by_heart,
    four_parts,
    histograms_of,
    minutes_of,
    note_figures,
    outside,
    pedal_share,
    scalars_of,
    voices,
)
from maestro_lstm.evaluation.note_likelihood import (
    COLD_EVENTS,
    COLD_NOTES,
    _windows,
    cold_event_nats,
    cold_nats,
    cost_of,
    event_cost,
)
from maestro_lstm.evaluation.significance import Interval
from maestro_lstm.model.event_network import EventNetwork
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.performer import results_as_text
from maestro_lstm.tokens.events import EVENTS, to_events
from maestro_lstm.tokens.note_tokens import FIELDS, KEYS, to_rows
from maestro_lstm.tokens.performance import PEDAL_DOWN, PEDAL_UP, Performance, in_order
from maestro_lstm.tokens.quantize import BINS, CLASS_OF, CLASSES, WIDTH, quantize
from tests.markdown import cells_of
from tests.performances import made, network, says

PIECES = [made(k, size) for k, size in enumerate((40, 9, 600, 1))]


def pianist(notes: int, pace: float, pitch: int = 60) -> Performance:
    """One key again and again."""
    onset = np.arange(notes) / pace
    return Performance(onset, onset + 0.5 / pace, np.full(notes, pitch, np.uint8), np.full(notes, 64, np.uint8))


def test_every_note_of_every_piece_is_counted_once_in_its_place() -> None:
    cost = cost_of(network(), PIECES)
    assert len(cost.nats) == sum(map(len, PIECES))
    assert np.bincount(cost.piece).tolist() == [len(piece) for piece in PIECES]
    assert cost.position[cost.piece == 2].tolist() == list(range(600))
    alone = [cost_of(network(), [piece]).nats.sum() for piece in PIECES]
    np.testing.assert_allclose(np.bincount(cost.piece, cost.nats.sum(axis=1)), alone, rtol=1e-4)


def test_cold_windows_forget_and_short_pieces_are_the_same_either_way() -> None:
    short = [piece for piece in PIECES if len(piece) <= COLD_NOTES]
    assert cold_nats(network(), short) == pytest.approx(float(cost_of(network(), short).nats.sum()), rel=1e-4)
    long = [PIECES[2]]
    assert cold_nats(network(), long) != pytest.approx(float(cost_of(network(), long).nats.sum()), rel=1e-6)


def test_a_cold_window_begins_when_its_first_note_came_after_the_one_before() -> None:
    """Of a key struck once a second, every window but the first begins after a second; the first, at once."""
    steady = pianist(2 * COLD_NOTES + 3, pace=1)
    windows = [to_rows(window) for window in _windows(quantize(steady))]
    assert [len(window) - 1 for window in windows] == [COLD_NOTES, COLD_NOTES, 3]
    assert [int(window.delta[1]) for window in windows] == [0, 100, 100]
    uneven = made(4, COLD_NOTES + 20)
    onset = quantize(uneven).onset
    _, second = (to_rows(window) for window in _windows(quantize(uneven)))
    assert second.delta[1:].tolist() == np.diff(onset)[COLD_NOTES - 1 :].tolist()


def test_a_head_is_right_where_its_likeliest_value_came() -> None:
    """A network that only ever says one key and one force."""
    player = network()
    for head, likely in ((1, 30), (2, 7)):
        says(player, head).weight.data.zero_()
        says(player, head).bias.data[:] = 0
        says(player, head).bias.data[likely] = 9
    cost, steps = cost_of(player, [PIECES[0]]), quantize(PIECES[0])
    assert cost.right[:, 1].tolist() == (steps.pitch == 30 + 21).tolist()
    assert cost.right[:, 2].tolist() == (steps.bin == 8).tolist()


def test_events_cost_what_an_even_network_says_they_do() -> None:
    even = EventNetwork(4)
    for weight in even.parameters():
        weight.data.zero_()
    sizes = [len(to_events(quantize(piece))) for piece in PIECES]
    np.testing.assert_allclose(event_cost(even, PIECES), np.array(sizes) * math.log(EVENTS), rtol=1e-5)
    assert cold_event_nats(even, PIECES) == pytest.approx(sum(sizes) * math.log(EVENTS), rel=1e-5)
    assert max(sizes) > COLD_EVENTS


def test_counting_costs_the_entropy_of_what_was_counted() -> None:
    """Without context, on the data itself: the cross entropy of add-one counts."""
    piece = made(0, 5000, 600.0)
    histograms, steps = Histograms([piece]), quantize(piece)
    cost = histograms.cost(piece, 0)
    forces = np.bincount(steps.bin - 1, minlength=BINS)
    p = (forces + 1) / (forces.sum() + BINS)
    assert cost[:, 2].mean() == pytest.approx(float(-(forces * np.log(p)).sum() / forces.sum()))
    duration = steps.release - steps.onset
    counts = np.bincount(CLASS_OF[duration], minlength=CLASSES)
    q = (counts + 1) / (counts.sum() + CLASSES)
    expected = float((counts * (np.log(WIDTH) - np.log(q))).sum() / counts.sum())
    assert cost[:, 3].mean() == pytest.approx(expected)
    assert cost[:, 1].mean() == pytest.approx(math.log(70), rel=0.02)  # 70 keys at random
    assert KEYS == 88


def test_after_the_value_before_a_repeated_pattern_costs_next_to_nothing() -> None:
    onset = np.arange(4000) / 4
    pitch = np.tile(np.array([60, 64, 67, 72], np.uint8), 1000)
    piece = Performance(onset, onset + 0.2, pitch, np.full(4000, 64, np.uint8))
    histograms = Histograms([piece])
    assert histograms.cost(piece, 0)[:, 1].mean() == pytest.approx(math.log(4), rel=0.02)
    assert histograms.cost(piece, 1)[:, 1].mean() < 0.05


def test_groups_add_up_to_the_whole(tmp_path: Path) -> None:
    cost, events = cost_of(network(), PIECES), event_counts(PIECES)
    rows = grouped(cost.nats, cost.piece, cost.position, events, ["A", "B", "A", "B"])
    for by in ("piece", "composer", "position"):
        own = [row for row in rows if row["by"] == by]
        assert sum(row["notes"] for row in own) == len(cost.nats)
        assert sum(row[field] for row in own for field in FIELDS) == pytest.approx(cost.nats.sum(), rel=1e-4)
    write_csv(tmp_path / "a.csv", rows)
    assert read_groups(tmp_path / "a.csv")["events"].sum() == 2 * events.sum()
    write_csv(tmp_path / "a.csv", [row for row in rows if row["by"] != "composer"])
    with pytest.raises(UserError, match=r"a\.csv is damaged .*no rows by piece, composer or position"):
        read_groups(tmp_path / "a.csv")


def test_a_set_is_nearer_to_itself_than_to_another() -> None:
    real, other = [made(k, 200) for k in range(6)], [pianist(100, 4, 60 + k) for k in range(6)]
    same, far = (note_figures(Collection.of_different(some), Collection.of_different(real)) for some in (real, other))
    for name in histograms_of(real[0]):
        assert same[f"tv_{name}"].mean == 0
        assert far[f"tv_{name}"].mean > 0.3
    assert same["notes_a_second"].mean == pytest.approx(
        np.mean([scalars_of(piece)["notes_a_second"] for piece in real])
    )


def test_a_passage_is_by_heart_in_any_key_and_with_its_times() -> None:
    training, mine = [made(k, 300) for k in range(3)], made(7, 200)
    begin, end = 100, 140
    waits = np.random.default_rng(1).choice([0.02, 0.06, 0.12, 0.24], size=300)  # each amid its bin
    training[1] = replace(training[1], onset=np.cumsum(waits), release=np.cumsum(waits) + 0.1)
    higher = training[1].pitch[begin:end] + 2
    mine = replace(mine, pitch=(60 + np.random.default_rng(2).integers(0, 12, size=200)).astype(np.uint8))

    def with_passage(pace: float) -> Performance:
        """A piece of its own, then the passage in another key."""
        onset = mine.onset.max() + np.cumsum(pace * waits[begin:end])
        return Performance(
            np.append(mine.onset, onset),
            np.append(mine.release, onset + 0.1),
            np.append(mine.pitch, higher).astype(np.uint8),
            np.full(200 + end - begin, 64, np.uint8),
        )

    def figures(piece: Performance) -> list[float]:
        found = by_heart(Collection.of_different([piece, mine]), training)
        return [found["by_heart_longest"].mean, found["timed_by_heart_longest"].mean]

    as_played, slower, alone = figures(with_passage(1)), figures(with_passage(3)), figures(mine)
    assert 40 <= as_played[0] < 44
    assert 40 <= as_played[1] < 44
    assert slower[0] == as_played[0]
    assert slower[1] < 10
    assert max(alone) < 10


def test_voices_are_those_that_sound_as_a_note_begins() -> None:
    one = Performance(
        np.array([0.0, 1, 1, 2, 9]),
        np.array([5.0, 2, 3, 4, 10]),
        np.arange(60, 65).astype(np.uint8),
        np.full(5, 9, np.uint8),
    )
    assert voices(one).tolist() == [3 - 2, 3, 3, 3, 1]


def test_the_pedals_time_is_a_share_of_the_whole() -> None:
    notes = pianist(10, 1)
    time = np.array([2.0, 4.0, 8.0])
    kinds = np.array([PEDAL_DOWN, PEDAL_UP, PEDAL_DOWN], np.uint8)
    both = in_order(
        np.append(notes.onset, time),
        np.append(notes.release, time),
        np.append(notes.pitch, kinds),
        np.append(notes.velocity, np.zeros(3, np.uint8)),
    )
    assert pedal_share(both) == pytest.approx((2 + 1.5) / 9.5)
    assert "pedal" not in scalars_of(notes)
    assert scalars_of(both)["pedal"] == pytest.approx(100 * 3.5 / 9.5)


def test_minutes_are_whole_and_collapse_is_told() -> None:
    steady = pianist(60 * 3 * 2 + 20, 2)  # three minutes and ten seconds
    table = minutes_of(steady, 5)
    assert table[:3, 0].tolist() == [2, 2, 2]
    assert np.isnan(table[3:]).all()
    real = [made(k, 900, 180.0) for k in range(4)]
    told = outside([steady, pianist(6000, 30)], real, 3)
    assert told["slop"] == pytest.approx(50)
    assert told["silence"] == pytest.approx(50)
    assert told["few keys"] == 100
    assert outside(real, real, 3) == {"silence": 0, "slop": 0, "few keys": 0}


def test_halves_keep_a_work_together_and_a_beginning_ends() -> None:
    pieces = [made(k, 10) for k in range(10)]
    works = [k // 2 for k in range(10)]
    one, other = halves(Collection(pieces, works), ["A"] * 10, four_parts)
    assert [len(one.pieces), len(other.pieces)] == [6, 4]
    assert not set(one.works) & set(other.works)
    # one work: parts of each piece alternate
    parts = halves(Collection(pieces[:2], works[:2]), ["A"] * 2, four_parts)
    assert [len(side.pieces) for side in parts] == [4, 4]
    begun = pieces[0].beginning(10.0)
    assert 0 < len(begun) < 10
    assert begun.release.max() <= 10


@torch.inference_mode()
def test_a_network_costs_less_where_it_is_sure() -> None:
    player = network()
    before = cost_of(player, [PIECES[0]]).nats[:, 1].mean()
    says(player, 1).weight.data.mul_(0)
    says(player, 1).bias.data.mul_(0)
    assert cost_of(player, [PIECES[0]]).nats[:, 1].mean() == pytest.approx(math.log(88), rel=1e-5)
    assert before != pytest.approx(math.log(88), rel=1e-3)


def test_ours_stand_above_what_others_published_each_beside_the_nearest_way() -> None:
    ways = [("test", "carried"), ("test", "cold"), ("validation", "carried")]
    nats = {way: {"nats_note": 8.3, "nats_event": 2.0 + k / 10} for k, way in enumerate(ways)}
    counted = [{"predictor": "histograms", "split": split, "nats_note": 14.8, "nats_event": 3.7} for split in HELD_OUT]
    published = [{"model": "theirs", "data": "crops", "nats_event": 1.84, "beside": ["test", "cold"]}]
    own = {"performer": Interval(2.0, 1.9, 2.1)}
    text = results_as_text({"performer": nats}, own, {"performer": 1e6}, pd.DataFrame(counted), published)
    rows = cells_of(text)
    assert ["performer", "2.000", "1.900 … 2.100", "2.100", "8.30", "2.200", "1.0 M"] in rows
    assert ["theirs", "crops", "1.84", "2.100, test, cold"] in rows
