"""What tells two ways to train apart: brute force, the libraries' own answers, and figures that can be worked out."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from maestro_lstm.evaluation.significance import (
    difference,
    difference_of_few,
    over_works,
    per_note_over_works,
)
from maestro_lstm.report.extensions import differences_as_text, pair_of
from maestro_lstm.report.significance import difference_cells, verdict, with_spread
from tests.markdown import cells_of

RUNS = st.lists(st.integers(-500, 500).map(lambda value: value / 100), min_size=2, max_size=4)


@given(RUNS, RUNS)
@settings(deadline=None, max_examples=30)
def test_p_is_the_share_of_divisions_that_lie_as_far_apart(one: list[float], other: list[float]) -> None:
    both, found = np.array(one + other), difference(one, other)
    means = []
    for some in combinations(range(len(both)), len(one)):
        side = np.isin(np.arange(len(both)), some)
        means.append(both[side].mean() - both[~side].mean())
    above, below = ((np.array(means) * sign >= found.mean * sign - 1e-9).mean() for sign in (1, -1))
    assert found.p == pytest.approx(min(1, 2 * min(above, below)))
    assert found.mean == pytest.approx(np.mean(one) - np.mean(other))


def test_seeds_that_do_not_overlap_are_told_apart_from_four_on() -> None:
    for seeds, p in ((2, 1 / 3), (3, 0.1), (4, 2 / 70), (5, 2 / 252)):
        low = list(np.arange(seeds) / 100)
        found = difference([value + 1 for value in low], low)
        assert found.p == pytest.approx(p)
        assert found.significant == (seeds >= 4)
    alike = difference([41.77] * 8, [48.2, 48.3] * 4)
    assert alike.significant
    assert alike.mean == pytest.approx(-6.48)
    same = difference([42.0] * 4, [42.0] * 4)
    assert (same.mean, same.low, same.high, same.p, same.significant) == (0, 0, 0, 1, False)


def test_one_seed_tells_nothing() -> None:
    found = difference([1.0], [2.0, 3.0])
    assert (found.mean, found.significant) == (-1.5, None)
    assert math.isnan(found.low)
    assert difference_cells(found) == ["-1.50", "", ""]
    assert difference_of_few([1.0], [2.0], [[1.0], [2.0]]).significant is None
    assert verdict(None) == ""
    assert with_spread([1.0]) == "1.00"
    assert with_spread([1.0, 3.0]) == "2.00 ± 1.41"


def test_the_interval_holds_the_true_difference_nearly_always() -> None:
    random = np.random.default_rng(0)
    found = [difference(random.normal(1, 1, 5).tolist(), random.normal(0, 3, 5).tolist()) for _ in range(200)]
    assert sum(one.low < 1 < one.high for one in found) >= 180  # of 190 to be expected
    assert any(one.significant for one in found)


def test_of_two_candidates_alone_the_common_spread_gives_students_t() -> None:
    one, other = [1.0, 2.0, 4.0], [3.0, 5.0]
    found, theirs = difference_of_few(one, other, [one, other]), stats.ttest_ind(one, other)
    interval = theirs.confidence_interval()
    assert (found.low, found.high, found.p) == pytest.approx((interval.low, interval.high, theirs.pvalue))
    # more candidates with the same spread: a narrower interval
    many = difference_of_few(one, other, [one, other, *([[0.0, 2.0]] * 20)])
    assert many.high - many.low < found.high - found.low


def pieces(nats: list[float], symbols: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"symbols": symbols, "nats": nats, "accuracy": nats})


def test_over_works_only_the_pieces_own_difference_counts() -> None:
    symbols = [100.0, 300.0, 50.0, 200.0]
    hard = [2.0, 3.0, 1.0, 2.5]
    found = over_works(pieces([value - 0.1 for value in hard], symbols), pieces(hard, symbols), "nats", range(4))
    assert (found.mean, found.low, found.high) == pytest.approx((-0.1, -0.1, -0.1))


def test_nats_a_note_do_not_depend_on_how_many_symbols_a_rule_needs() -> None:
    paper, clean = pieces([2.0, 3.0], [100, 200]), pieces([1.0, 4.0], [80, 160])
    found = per_note_over_works(clean, paper, 50, range(2))
    assert found.mean == pytest.approx((80 + 640 - 200 - 600) / 50)
    clean["nats_more"] = [5.0, 10.0]  # what it takes to say the order of its chords
    ordered = per_note_over_works(clean, paper, 50, range(2), with_order=True)
    assert ordered.mean == pytest.approx((80 + 640 + 15 - 200 - 600) / 50)
    assert found.low <= found.mean <= found.high


def runs(*accuracies: float) -> dict[str, Any]:
    return {"runs": [{"seed": k, "accuracy": value, "nats": 2 - value / 100} for k, value in enumerate(accuracies)]}


def test_a_pair_is_told_apart_only_over_seeds_and_over_works() -> None:
    candidates = {(1,): runs(46.0, 46.1, 46.2, 46.3), (2,): runs(45.0, 45.1, 45.2, 45.3)}
    symbols = [100.0] * 20
    apart = {(1,): pieces([46.0 + k / 100 for k in range(20)], symbols), (2,): pieces([45.0] * 20, symbols)}
    mixed = {(1,): pieces([45.0 + (-1) ** k for k in range(20)], symbols), (2,): pieces([45.0] * 20, symbols)}
    assert pair_of((1,), (2,), candidates, apart, "accuracy", range(20)).significant
    assert pair_of((1,), (2,), candidates, mixed, "accuracy", range(20)).significant is False
    alone = {one: table.head(1) for one, table in apart.items()}  # no interval over one piece
    assert pair_of((1,), (2,), candidates, alone, "accuracy", range(20)).significant is None
    text = differences_as_text([((1,), (2,))], candidates, mixed, range(20))
    first, second = cells_of(text)[1:]
    assert (first[:3], first[-1]) == (["1 against 2", "points of accuracy", "+1.00"], "no")
    assert second[1] == "nats"
