"""Who escapes: the law of ε, its control, and what is run for them."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from maestro_lstm.params.params import Params, load_params
from maestro_lstm.report.escape import (
    SAID,
    Trial,
    control_as_text,
    escape_norms,
    escape_picture,
    fitted,
    law_as_text,
    right,
    trials,
    tried,
)
from maestro_lstm.report.plateau import Outcome
from maestro_lstm.study.plateau import CROSSINGS, candidates, factors_of
from tests.markdown import cells_of

EPSILONS = [10.0**-k for k in range(4, 17, 2)]
NORMS = {seed: 10.0**-norm for seed, norm in enumerate((6.1, 7.4, 9.3, 10.2, 12.9, 13.5))} | {6: 0.0}


def runs(epsilon: float, factor: float = 5.0) -> list[Outcome]:
    """Of seeds that follow the law to the letter."""
    escaped = {seed: norm > factor * epsilon for seed, norm in NORMS.items()}
    return [Outcome(seed, 800, 20_000 if own else None, NORMS[seed], 0.1, not own) for seed, own in escaped.items()]


def test_the_law_finds_the_factor_that_made_the_runs() -> None:
    assert escape_norms(runs(1e-16)) == NORMS
    every = trials(NORMS, [(epsilon, runs(epsilon)) for epsilon in EPSILONS])
    factor = fitted(every)
    assert right(every, factor) == len(every) == 7 * 7
    assert right(every, 1000 * factor) < len(every)
    for true in (0.02, 5.0, 300.0):
        made = trials(NORMS, [(epsilon, runs(epsilon, true)) for epsilon in EPSILONS])
        assert right(made, fitted(made)) == len(made)
    assert cells_of(law_as_text({"all": every}, factor))[-1] == [
        *("all", "49", "19", "19", "49 of 49"),
        *("39 of 49", "30 of 49"),  # 0, 0, 1, 3, 4, 5, 6 of 7 escape
    ]


def test_the_factor_is_the_middle_of_one_range() -> None:
    """Two are as good here; between them is a factor that is worse."""
    norms = [(1e-10, True), (1e-9, False), (1e-8, True), (1e-5, False), (1e-2, True)]
    made = [Trial(norm, 1e-10, escaped, False) for norm, escaped in norms]
    assert right(made, fitted(made)) == max(right(made, 10.0**k / 1.5) for k in range(-2, 12))


def test_without_an_escape_there_is_no_factor_and_nobody_is_foretold_to_escape() -> None:
    none = [Trial(0.0, 1e-8, False, True)] * 3
    assert math.isnan(fitted(none))
    assert right(none, fitted(none)) == 3


def test_the_share_that_escapes_has_wilsons_interval() -> None:
    one = tried(NORMS, 1e-8, 5, runs(1e-8))
    assert one.share == one.foretold == 1 / 7
    p, z = 1 / 7, 1.959964
    middle, half = p + z**2 / 14, z * math.sqrt(p * (1 - p) / 7 + z**2 / 196)
    assert (one.low, one.high) == pytest.approx(tuple((middle + k * half) / (1 + z**2 / 7) for k in (-1, 1)), rel=1e-5)


def probes(*last: float) -> pd.DataFrame:
    rows = [(seed, update, 42.0, p, 1) for seed, p in enumerate(last) for update in (100, 200)]
    return pd.DataFrame(rows, columns=["seed", "update", *SAID])


def test_a_scaled_loss_is_compared_probe_by_probe_with_the_epsilon_that_it_stands_for() -> None:
    own = runs(1e-10)[:2]
    plain = {1e-10: (probes(0.9, 0.99), own), 1e-12: (probes(0.1, 0.1), own)}
    scaled = {(1e-8, 100.0): (probes(0.9, 0.98), [own[0], replace(own[1], escaped_at=None)]), (1e-8, 7.0): plain[1e-10]}
    (row,) = cells_of(control_as_text(scaled, plain))[1:]  # 1e-8 / 7 was not run
    assert row == ["100", "1e-08", "1e-10", "1 of 2", "100", "1 of 2", "1", "2"]


def test_the_picture_is_the_same_bytes_each_time() -> None:
    table = pd.DataFrame(
        {
            "seed": np.repeat([0, 6], 3),
            "update": [1, 2, 3] * 2,
            "gradient_norm": [1e-3, NORMS[0], 1.0, 1e-3, 1e-5, 1e-6],
        }
    )
    shares = {"constant": [tried(NORMS, epsilon, 5, runs(epsilon)) for epsilon in EPSILONS]}
    drawn = escape_picture(table, {0: NORMS[0], 6: 0.0}, 5, shares)
    assert b"<svg" in drawn
    assert drawn == escape_picture(table, {0: NORMS[0], 6: 0.0}, 5, shares)


@pytest.mark.parametrize("name", CROSSINGS)
def test_every_crossing_changes_what_it_lists_and_nothing_else(name: str) -> None:
    params: Params = load_params()
    found = candidates(params, name)  # type: ignore[arg-type]
    asked, factors = params.crossing(name), factors_of(params, name)  # type: ignore[arg-type]
    every = [run for each in found.values() for run in each]
    assert len(set(every)) == len(every) == len(found) * (asked.seeds or params.seeds)
    for values, (run, *_) in found.items():
        run.check()
        named = dict(zip(factors, values, strict=True))
        for factor in set(factors) - {"learning_rate"}:
            assert getattr(run, "loss" if factor == "loss_of" else factor) == named[factor]
        assert len({run.schedule.rates(9000)[k] for k in (0, 1000)}) == 1 + (named.get("learning_rate") == "cyclical")
        assert run.symbols == asked.updates * params.explain.seq_len
        assert run.probes == (asked.probes or params.explain.probes)
        assert (run.hidden, run.seq_len) == (params.networks["paper"].hidden, params.explain.seq_len)
