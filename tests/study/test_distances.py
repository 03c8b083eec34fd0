"""How far sets of pieces are apart: closed forms, brute force and the libraries' own answers."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.stats import entropy, gaussian_kde

from maestro_lstm.evaluation.measures import Collection, diversity, pooled_distance, similarity, total_variation
from maestro_lstm.evaluation.passages import compression_ratio, in_any_key, longest_repeat, longest_shared
from maestro_lstm.evaluation.significance import Interval, centred, interval
from maestro_lstm.evaluation.symbol_distances import (
    Set,
    beginnings,
    chord_size_points,
    features_of,
    set_of,
    symbol_figures,
)
from maestro_lstm.export.notation import score_of, score_to_midi
from maestro_lstm.report.distances import symbols_as_text
from maestro_lstm.report.pictures import chord_sizes_picture
from maestro_lstm.tokens.chords import chords_of
from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.vocabulary import END, ID_OF_SYMBOL, NEXT, NEXT_ID, SYMBOLS, Ids
from tests.markdown import cells_of


def piece(*symbols: str) -> Ids:
    return encode(list(symbols))


def test_features_of_a_piece_that_can_be_counted_by_hand() -> None:
    # C4, E4+G4 (G4 named twice), C5, C4; END in between says nothing
    one = features_of(piece("C4", NEXT, "G4", "E4", "G4", NEXT, END, "C5", NEXT, "C4", NEXT))
    assert one.chord_sizes.tolist() == [3, 1, *[0] * 10]
    assert {k + 21: n for k, n in enumerate(one.pitches.tolist()) if n} == {60: 2, 64: 1, 67: 1, 72: 1}
    assert one.pitch_classes.tolist() == [3, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]
    assert {k - 24: n for k, n in enumerate(one.intervals.tolist()) if n} == {7: 1, 5: 1, -12: 1}
    assert {divmod(k, 12): n for k, n in enumerate(one.transitions.tolist()) if n} == {(0, 7): 1, (7, 0): 1, (0, 0): 1}
    assert (one.range, one.pitches_used, one.mean_interval) == (12, 4, 8)
    assert one.notes == pytest.approx(100 * 5 / 11)


@pytest.mark.filterwarnings("ignore")  # muspy is no longer kept: it is asked, not used
def test_features_are_muspys_where_it_has_the_same(tmp_path: Path) -> None:
    import muspy

    random = np.random.default_rng(0)
    for k in range(5):
        ids = random.integers(0, 90, 300).astype(np.uint8)
        path = tmp_path / f"{k}.mid"
        path.write_bytes(score_to_midi(score_of(chords_of(SYMBOLS[id_] for id_ in ids.tolist()), "any")))
        theirs, ours = muspy.read_midi(path), features_of(ids)
        assert ours.range == muspy.pitch_range(theirs)
        assert ours.pitches_used == muspy.n_pitches_used(theirs)
        assert (ours.pitch_classes > 0).sum() == muspy.n_pitch_classes_used(theirs)
        assert entropy(ours.pitches, base=2) == pytest.approx(muspy.pitch_entropy(theirs))
        assert entropy(ours.pitch_classes, base=2) == pytest.approx(muspy.pitch_class_entropy(theirs))
        sizes = np.arange(1, 13)
        if ours.chord_sizes[-1] == 0:  # what is larger is counted with twelve
            assert (ours.chord_sizes @ sizes) / ours.chord_sizes.sum() == pytest.approx(muspy.polyphony(theirs))


def test_features_of_what_is_no_music_and_of_extremes() -> None:
    nothing = features_of(piece(NEXT, NEXT))
    assert (nothing.notes, nothing.range, nothing.pitches_used, nothing.mean_interval) == (0, 0, 0, 0)
    assert nothing.pitches.sum() == nothing.intervals.sum() == nothing.chord_sizes.sum() == 0
    leap = features_of(piece("A0", NEXT, "C8", NEXT, "A0"))
    assert (leap.intervals[0], leap.intervals[-1]) == (1, 1)  # 87 semitones count as 24
    large = features_of(piece(*[symbol for symbol in SYMBOLS if symbol not in (NEXT, END)], NEXT))
    assert large.chord_sizes.tolist() == [*[0] * 11, 1]


def brute_repeat(ids: bytes) -> int:
    lengths = [
        n
        for a in range(len(ids))
        for b in range(a + 1, len(ids))
        for n in range(1, min(b - a, len(ids) - b) + 1)
        if ids[a : a + n] == ids[b : b + n]
    ]
    return max(lengths, default=0)


def brute_shared(ids: bytes, corpus: bytes) -> int:
    spans = [(a, b) for a in range(len(ids)) for b in range(a + 1, len(ids) + 1)]
    return max((b - a for a, b in spans if ids[a:b] in corpus), default=0)


FEW = st.lists(st.integers(0, 3), max_size=14).map(bytes)


@given(FEW)
def test_the_longest_repeat_is_what_trying_all_finds(data: bytes) -> None:
    assert longest_repeat(np.frombuffer(data, np.uint8)) == brute_repeat(data)


@given(FEW, FEW)
@settings(deadline=None)  # the first call compiles
def test_the_longest_shared_passage_is_what_trying_all_finds(data: bytes, corpus: bytes) -> None:
    assert longest_shared(np.frombuffer(data, np.uint8), np.frombuffer(corpus, np.uint8)) == brute_shared(data, corpus)


def test_what_was_copied_is_found_in_the_same_key_or_in_any() -> None:
    random = np.random.default_rng(0)
    corpus = random.integers(0, 90, 20_000).astype(np.uint8)
    mine = random.integers(0, 90, 500).astype(np.uint8)
    assert longest_shared(mine, corpus) < 6
    mine[100:180] = corpus[7_000:7_080]
    assert 80 <= longest_shared(mine, corpus) < 84
    theme = ["C4", "E4", NEXT, "G4", NEXT, "A4", "B-3", NEXT, "F4"]
    higher = ["D4", "F#4", NEXT, "A4", NEXT, "B4", "C4", NEXT, "G4"]
    assert longest_shared(piece(*higher), piece(*theme)) < 4
    assert longest_shared(in_any_key(piece(*higher)), in_any_key(piece(*theme))) == 9
    assert in_any_key(piece("C4", NEXT, "E4", "B3")).tolist() == [128, NEXT_ID, 132, 123]


def test_one_thing_again_and_again_is_small_and_chance_is_not() -> None:
    chance = np.random.default_rng(0).integers(0, 256, 1000).astype(np.uint8)
    assert compression_ratio(np.full(1000, NEXT_ID, dtype=np.uint8)) < 0.02
    assert compression_ratio(chance) > 0.98


def test_total_variation_of_what_can_be_worked_out() -> None:
    def tv(one: Any, other: Any) -> float:
        return float(total_variation(np.array(one, dtype=float), np.array(other, dtype=float)))

    assert tv([1, 1], [2, 2]) == 0
    assert tv([1, 0], [0, 3]) == 1
    assert tv([1, 1], [1, 3]) == 0.25
    assert tv([0, 0], [1, 3]) == tv([0, 0], [0, 0]) == 1


def test_intervals_hold_the_true_value_nearly_always_and_shrink_with_more_pieces() -> None:
    random = np.random.default_rng(0)
    shares, others = [0.5, 0.3, 0.2], [0.3, 0.3, 0.4]  # 0.2 apart

    def apart(count: int) -> Interval:
        one, other = (random.multinomial(50, p, size=count).astype(float) for p in (shares, others))
        return pooled_distance(one, other)

    few, many = [apart(30) for _ in range(100)], [apart(480) for _ in range(5)]
    assert sum(one.low < 0.2 < one.high for one in few) >= 88  # of 95 to be expected, by three standard errors
    assert np.mean([one.high - one.low for one in many]) < np.mean([one.high - one.low for one in few]) / 3
    ends = centred(0.98, np.array([0.8, 0.9, 1.0]), most=1), centred(0.02, np.array([0.1, 0.2, 0.3]))
    assert [(one.low, one.high) for one in ends] == [(pytest.approx(0.885), 1), (0, pytest.approx(0.115))]
    values = random.normal(3, 1, 400)
    figure = interval(values)
    assert figure.mean == pytest.approx(values.mean())
    assert figure.high - figure.low == pytest.approx(2 * 1.96 / math.sqrt(400), rel=0.15)


def test_similarity_is_that_of_the_densities_that_scipy_gives() -> None:
    random = np.random.default_rng(1)
    reference, other = random.normal(0, 1, (40, 1)), random.normal(1.5, 1, (40, 1))
    area = similarity(other, reference)
    within = np.abs(reference - reference.T)[np.triu_indices(40, 1)]
    between = np.abs(reference - other.T).ravel()
    grid = np.linspace(0, max(within.max(), between.max()), 4000)
    a, b = gaussian_kde(within)(grid), gaussian_kde(between)(grid)
    assert area.mean == pytest.approx(trapezoid(np.minimum(a, b), grid) / max(a.sum(), b.sum()) / grid[1], abs=0.01)
    assert area.low <= area.mean <= area.high


def test_the_same_distribution_overlaps_and_another_does_not() -> None:
    random = np.random.default_rng(2)
    reference, same, far = (random.normal(m, 1, (60, 2)) for m in (0, 0, 50))
    assert similarity(same, reference).mean > 0.9
    assert similarity(far, reference).mean < 0.01
    collapsed = np.zeros((60, 2))
    assert 0 <= similarity(collapsed, reference).mean < 0.9
    assert similarity(reference, collapsed).mean < 0.1  # a reference without any distance
    assert (diversity(collapsed), diversity(collapsed[:1])) == (0, 0)
    few = similarity(random.normal(0, 1, (2, 1)), random.normal(0, 1, (2, 1)))  # some resamples are of one piece
    assert 0 <= few.low <= few.mean <= few.high
    assert diversity(np.array([[0.0], [3.0], [6.0]])) == pytest.approx(4)


COMPOSERS, WORKS = ["A", "A", "A", "B", "C"], [7, 7, 3, 5, 9]


def set_of_different(pieces: list[Ids]) -> Set:
    return set_of(Collection.of_different(pieces))


def test_performances_of_one_work_are_drawn_together() -> None:
    random = np.random.default_rng(4)
    values = random.normal(3, 1, 50)
    alone = interval(values)
    twice = interval(np.repeat(values, 2), works=np.repeat(np.arange(50), 2).tolist())
    assert twice == alone  # the same works, each played twice: no more is known
    apart = interval(np.repeat(values, 2))
    assert apart.high - apart.low == pytest.approx((alone.high - alone.low) / math.sqrt(2), rel=0.15)
    assert interval(values, works=[1] * 50).mean == values.mean()
    assert math.isnan(interval(values, works=[1] * 50).low)
    one, other = (random.multinomial(50, [0.5, 0.3, 0.2], size=30).astype(float) for _ in range(2))
    several = [np.repeat(some, 2, axis=0) for some in (one, other)]
    works = np.repeat(np.arange(30), 2).tolist()
    assert pooled_distance(several[0], several[1], (works, works)) == pooled_distance(one, other)
    assert math.isnan(pooled_distance(one, other, ([1] * 30, range(30))).high)
    assert math.isnan(similarity(one, other, ([1] * 30, range(30))).low)


def test_how_alike_the_pieces_of_a_set_are_does_not_hang_on_how_often_one_is_played() -> None:
    random = np.random.default_rng(6)
    once, other = random.normal(0, 1, (30, 1)), random.normal(0, 1, (30, 1))
    many, works = np.repeat(once, 3, axis=0), np.repeat(np.arange(30), 3).tolist()
    assert diversity(many, works) == pytest.approx(diversity(once))
    assert diversity(many) < diversity(once)
    found = similarity(other, many, (range(30), works))
    assert found.mean == pytest.approx(similarity(other, once).mean, abs=0.02)


def test_chord_sizes_are_told_as_shares_and_of_who_writes_no_chord_not_at_all() -> None:
    sets = {
        "real": set_of_different([piece("C4", NEXT, "C4", "E4", NEXT), piece("C4", NEXT, "D4", NEXT)]),
        "silent": set_of_different([piece(NEXT, NEXT)]),
    }
    points = chord_size_points(sets)
    assert {point["setting"]: point["share"] for point in points if point["share"]} == {"1": 75, "2": 25}
    assert ([point["setting"] for point in points], {point["group"] for point in points}) == (
        [*map(str, range(1, 12)), "12+"],
        {"real"},
    )
    picture = chord_sizes_picture(points)
    assert picture == chord_sizes_picture(points)
    assert b"<svg" in picture


def test_performances_of_a_work_are_in_the_same_half() -> None:
    real = Collection([np.full(10, k, dtype=np.uint8) for k in range(5)], WORKS)
    one, other = beginnings(real, COMPOSERS, 4)
    assert [[int(part[0]) for part in side.pieces] for side in (one, other)] == [[2, 3], [0, 1, 4]]
    assert (one.works, other.works) == ([3, 5], [7, 7, 9])
    assert beginnings(real, ["B", "A", "A", "B", "C"], 4)[1].works == [7, 7, 9]  # a composer's name is no work's
    assert all(len(part) == 4 for side in (one, other) for part in side.pieces)


@pytest.mark.parametrize("length", [4, 9, 100])
def test_few_works_are_compared_by_their_parts(length: int) -> None:
    one, other = beginnings(Collection([np.arange(9, dtype=np.uint8)], WORKS[:1]), COMPOSERS[:1], length)
    assert len(one.pieces) >= 2
    assert len(other.pieces) >= 2
    assert sorted(np.concatenate([*one.pieces, *other.pieces]).tolist()) == list(range(9))
    assert len(set(one.works)) == len(one.pieces)


def test_a_collapse_is_seen_in_the_figures_and_real_music_is_near_itself() -> None:
    random = np.random.default_rng(3)
    keys = [ID_OF_SYMBOL[name] for name in ("C4", "D4", "E4", "G4", "A4")]

    def music(count: int) -> list[Ids]:
        return [
            np.array([[random.choice(keys), NEXT_ID] for _ in range(40)], dtype=np.uint8).ravel() for _ in range(count)
        ]

    reference, other, training = music(12), music(12), np.concatenate(music(12))
    silent = [np.full(80, NEXT_ID, dtype=np.uint8)] * 12
    figures = {
        name: symbol_figures(set_of_different(pieces), set_of_different(reference), training, in_any_key(training))
        for name, pieces in (("real", other), ("silent", silent))
    }
    assert figures["real"]["tv_pitches"].mean < 0.2
    assert figures["silent"]["tv_pitches"].mean == 1
    assert (figures["real"]["collapsed"].mean, figures["silent"]["collapsed"].mean) == (0, 100)
    assert figures["real"]["oa_pitch_classes"].mean > 0.8
    assert figures["silent"]["repeat"].mean == 40
    assert figures["silent"]["compression"].mean < 0.2
    assert figures["real"]["by_heart"].mean >= 6
    assert ["pieces that collapsed, percent", "0", "100"] in cells_of(symbols_as_text(figures))
