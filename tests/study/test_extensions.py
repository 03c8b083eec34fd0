"""What the paper wished for: which trainings it comes to, how they are scored, and how that is told."""

import math
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maestro_lstm.evaluation.likelihood import evaluate, spaced_windows
from maestro_lstm.evaluation.runs import STRETCH, order_nats, piece_rows, score_extension
from maestro_lstm.model.predictors import predictor
from maestro_lstm.params.params import BEST, PERFORMER, Params, check_params, load_params
from maestro_lstm.plumbing.choices import LookSize, Part
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.report.extensions import axes, candidates_as_text, points
from maestro_lstm.report.pictures import extension_picture
from maestro_lstm.report.sizes import budgets_as_text, cost_picture, ends, search_as_text
from maestro_lstm.study.extensions import (
    EXTENSIONS,
    VARIED,
    Candidate,
    ExtensionName,
    best_rates,
    candidates,
    compared,
    crossed,
    of_longer,
    settings_of,
)
from maestro_lstm.study.final import own_settings
from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.vocabulary import END, END_ID, NEXT, Ids
from maestro_lstm.training.loop import Training
from maestro_lstm.training.run_cache import Run, result
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask, lengths_of
from tests.markdown import cells_of
from tests.param_trees import OF_PERFORMANCES, with_another
from tests.pipeline_files import instances, leaves, under

PARAMS = load_params()
IDS: Ids = np.random.default_rng(0).integers(0, 90, size=13_000).astype(np.uint8)


def rates(params: Params) -> dict[Candidate, float]:
    """As if the search had found them."""
    return dict.fromkeys(crossed(params, "size"), 0.23)


RATES = rates(PARAMS)
EXTENSION_STAGES = [
    one
    for stage in (
        "extend",
        "extend_rule",
        "extend_best",
        "extend_search",
        "extend_size",
        "extend_look",
        "extend_look_best",
    )
    for one in instances(f"stages/extensions/dvc.yaml:{stage}")
]


def peak(run: Settings) -> float:
    assert isinstance(run.schedule, Cosine)
    return run.schedule.peak


@pytest.mark.parametrize("sweep", EXTENSIONS)
def test_all_candidates_of_a_sweep_see_equally_many_symbols(sweep: ExtensionName) -> None:
    for runs in candidates(PARAMS, sweep, RATES).values():
        seen = {int(lengths_of(run, 9_924_291).sum()) * run.batch for run in runs}
        assert len(seen) == 1
        # what is left over of an update
        assert abs(seen.pop() - PARAMS.extension(sweep).symbols) <= runs[0].batch * runs[0].seq_len


def test_a_candidate_differs_from_the_next_in_what_its_lists_say() -> None:
    size = candidates(PARAMS, "size", RATES)
    assert {(run.layers, run.hidden) for runs in size.values() for run in runs} == set(size)
    assert {peak(run) for run in size[2, 384]} == {0.23 * PARAMS.extend_size.rate}
    search = candidates(PARAMS, "search")
    assert {(run.layers, run.hidden, peak(run)) for runs in search.values() for run in runs} == set(search)
    optimizer = candidates(PARAMS, "optimizer")
    assert {run.weight_decay for runs in optimizer.values() for run in runs} == {0}
    assert {(run.optimizer, peak(run)) for runs in optimizer.values() for run in runs} == set(optimizer)
    batch = candidates(PARAMS, "batch")
    assert {(run.draws, run.batch) for runs in batch.values() for run in runs} == set(batch)
    outputs = {run.output for sweep in EXTENSIONS for runs in candidates(PARAMS, sweep, RATES).values() for run in runs}
    assert outputs == {"logits"}
    growing, at_100 = settings_of(PARAMS, "lengths", ("growing",)), settings_of(PARAMS, "lengths", (100,))
    assert (growing.lengths, growing.shortest, growing.seq_len) == ("growing", 25, 200)
    assert (at_100.lengths, at_100.seq_len) == ("constant", 100)
    assert replace(growing, lengths="constant", shortest=0, seq_len=100, log_every=1) == replace(at_100, log_every=1)


def test_seeds_are_those_that_the_sweep_asks_for() -> None:
    for sweep in EXTENSIONS:
        for runs in candidates(PARAMS, sweep, RATES).values():
            assert [run.seed for run in runs] == list(range(PARAMS.extension(sweep).seeds))


def test_the_rate_rises_with_the_root_of_the_batch() -> None:
    assert peak(settings_of(PARAMS, "batch", ("random", 1))) == PARAMS.extensions.rate
    assert peak(settings_of(PARAMS, "batch", ("streams", 64))) == pytest.approx(8 * PARAMS.extensions.rate)


def test_the_rate_of_each_size_is_the_one_with_the_fewest_nats_and_less_for_longer() -> None:
    nats = {(1, 64, 0.1): 2.3, (1, 64, 0.2): 2.2, (2, 64, 0.1): 2.1, (2, 64, 0.2): 2.4}
    assert best_rates(nats) == {(1, 64): 0.2, (2, 64): 0.1}
    assert of_longer(PARAMS, best_rates(nats)) == {(1, 64): 0.1, (2, 64): 0.05}


def test_a_size_that_diverged_at_every_rate_is_told() -> None:
    with pytest.raises(UserError, match="extend_search: 1 × 64 diverged at every rate"):
        candidates(PARAMS, "size", {})


def test_candidates_are_compared_with_what_they_are_alternatives_to() -> None:
    def pairs(sweep: ExtensionName) -> list[tuple[Candidate, Candidate]]:
        return compared(PARAMS, sweep, {one: k for k, one in enumerate(crossed(PARAMS, sweep))})

    assert ((25,), (112,)) in pairs("lengths")
    assert (("cyclical",), (112,)) in pairs("lengths")
    assert pairs("rule") == [(("sorted",), ("paper",)), (("clean",), ("paper",))]
    assert (("skips",), ("nothing",)) in pairs("best")
    first = PARAMS.extend_optimizer.rate[0]  # the fewest nats here
    assert pairs("optimizer") == [(("adam", first), ("muon", first))]
    sizes = pairs("size")
    assert {((2, 64), (1, 64)), ((1, 128), (1, 64)), ((3, 384), (2, 384)), ((3, 384), (3, 256))} <= set(sizes)
    assert len(sizes) == 2 * 4 + 3 * 3
    order = pairs("batch")
    assert {(("streams", 16), ("random", 16)), (("random", 4), ("random", 1))} <= set(order)


def test_each_part_of_the_best_network_is_left_out_in_turn_and_nothing_else() -> None:
    best = own_settings(PARAMS, "best")
    whole = settings_of(PARAMS, "best", ("nothing",))
    briefly: dict[str, Any] = {
        "epochs": 1,
        "symbols": PARAMS.extend_best.symbols,
        "threads": 1,
        "log_every": whole.log_every,
    }
    assert isinstance(best.schedule, Cosine)
    schedule = replace(best.schedule, peak=PARAMS.extend_best.rate)
    assert whole == replace(best, hidden=PARAMS.extend_best.hidden, schedule=schedule, **briefly)
    changes: dict[Part, dict[str, Any]] = {
        "nothing": {},
        "skips": {"skips": False},
        "layers": {"layers": 1, "skips": False},
        "streams": {"draws": "random"},
        "transposition": {"transpose": 0},
        "decay": {"weight_decay": 0},
    }
    assert set(changes) == set(PARAMS.extend_best.without)
    for part, change in changes.items():
        assert settings_of(PARAMS, "best", (part,)) == replace(whole, **change)


@pytest.mark.parametrize("sweep", EXTENSIONS)
def test_a_stage_declares_every_key_that_its_trainings_depend_on(sweep: ExtensionName) -> None:
    tree = PARAMS.model_dump(exclude_none=True)
    (instance,) = (one for one in EXTENSION_STAGES if one["cmd"].endswith(f" {sweep}"))
    declared = {key for name in instance["params"] for key in under(name)}

    def trained(params: Params) -> list[Settings]:
        return [replace(run, log_every=1) for runs in candidates(params, sweep, rates(params)).values() for run in runs]

    depends, own, symbols = set(), VARIED.get(sweep, BEST), PARAMS.networks["paper"]
    skipped = (".kind", ".output", ".skips") if own == PERFORMER else OF_PERFORMANCES
    sections = (
        *{key.partition(".")[0] for key in EXTENSIONS[sweep]},
        f"extend_{sweep}",
        "extensions",
        "train",
        "sweep",
        "networks",
        *(["performances"] if own == PERFORMER else []),
    )
    for key in {key for section in sections for key in leaves(tree[section], section)} - {"train.networks"}:
        name = key.split(".")[1]
        if key.startswith("networks.") and name != own and key.split(".")[2] not in ("hidden", "output"):
            continue  # for networks with a training of their own
        if key.endswith(skipped) or (name != own and PARAMS.networks.get(name, symbols).kind != "symbols"):
            continue
        depends |= {key} if trained(check_params(with_another(tree, key))) != trained(PARAMS) else set()
    assert depends <= declared
    # a whole section is declared of which a sweep may replace some
    others = {key for key in declared - depends if not key.startswith(("extensions.", f"networks.{own}."))}
    assert others == {"seed"} | (set() if sweep in ("rule", "look") else {"sweep.every"})


def test_a_variant_differs_from_its_network_in_what_it_names() -> None:
    tree = PARAMS.model_dump(exclude_none=True)
    look = {"heads": 2, "width": 8, "memory": 16}
    tree["extend_look"]["variants"] = [
        {"name": "plain"},
        {"name": "looks", "rate": 0.5, "look": look},
        {"name": "other", "kind": "transformer", "hidden": 16, "layers": 1, "averaging": 0.5, "look": look},
        {"name": "events", "kind": "events", "sounds": True, "seq_len": 512, "batch": 16, "symbols": 9_000},
    ]
    params = check_params(tree)
    plain, looks, other, events = (runs[0] for runs in candidates(params, "look").values())
    own, section = own_settings(params, PERFORMER), params.extend_look
    assert isinstance(own.schedule, Cosine)
    assert plain.schedule == replace(own.schedule, peak=section.rate)
    assert replace(plain, schedule=own.schedule, dropout=own.dropout, threads=own.threads, log_every=own.log_every) == (
        replace(own, symbols=section.symbols)
    )
    size = LookSize(2, 8, 16)
    assert looks == replace(plain, look=size, schedule=replace(own.schedule, peak=0.5))
    assert other == replace(plain, look=size, kind="transformer", hidden=16, layers=1, averaging=0.5)
    assert (events.kind, events.sounds, events.seq_len, events.batch, events.symbols) == (
        "events",
        True,
        512,
        16,
        9_000,
    )
    nats = {(name,): 1.0 for name in section.variant}
    assert compared(params, "look", nats) == [((name,), ("plain",)) for name in ("looks", "other", "events")]


@pytest.fixture(scope="module")
def run() -> Run:
    settings = Settings(
        8, "logits", "adam", Cosine(0.01, 0.1), 10, 1, 3, batch=4, layers=2, engine="torch", symbols=800
    )
    training = Training(SymbolTask(IDS, 90), settings)
    list(training)
    done = result(training)
    assert isinstance(done, Run)
    return done


def test_a_run_is_scored_on_the_whole_split_or_on_one_stretch_in_four(run: Run) -> None:
    network = predictor(run.last, "torch")
    (whole, by_piece), (part, _) = score_extension(run, len(IDS), IDS, 1), score_extension(run, len(IDS), IDS, 4)
    assert whole["symbols"] == len(IDS) - 1
    assert whole["nats"] == evaluate(network, IDS[:-1], IDS[1:]).rounded()["nats"]
    assert part["symbols"] == 2 * STRETCH  # from 0 and from 10,000 on
    assert part["nats"] == evaluate(network, *spaced_windows(IDS, STRETCH, 4)).rounded()["nats"]
    rows = piece_rows([by_piece, by_piece])
    assert len(rows) == (IDS == END_ID).sum() + (IDS[-1] != END_ID)
    assert sum(row["symbols"] for row in rows) == whole["symbols"]
    for measure in ("accuracy", "nats"):
        mean = np.average([row[measure] for row in rows], weights=[row["symbols"] for row in rows])
        assert mean == pytest.approx(whole[measure], abs=1e-3)


def test_what_a_run_cost_is_told(run: Run) -> None:
    figures, _ = score_extension(run, len(IDS), IDS, 4)
    h, v = 8, 90
    assert figures["weights"] == 4 * h * (v + h + 2) + 4 * h * (h + h + 2) + v * (h + 1)
    assert (figures["updates"], figures["symbols_seen"], figures["seed"]) == (20, 800, 3)


def test_a_small_corpus_has_a_stretch_too(run: Run) -> None:
    assert score_extension(run, len(IDS), IDS[:9], 4)[0]["symbols"] == 2
    assert score_extension(run, len(IDS), IDS[:9], 100)[0]["symbols"] == 1


def figures(accuracy: float, seeds: int, **more: float) -> dict[str, Any]:
    common = {"nats": 2.5, "accuracy_pitches": 5.0, "weights": 1000, "updates": 20, "symbols_seen": 800, **more}
    return {"runs": [{"seed": seed, "accuracy": accuracy + seed, **common} for seed in range(seeds)]}


def test_a_table_has_a_row_a_candidate_and_a_spread_where_there_are_seeds() -> None:
    wanted = [(1, 64), (3, 64), (2, 64)]
    text = candidates_as_text(["layers", "H"], {(1, 64): figures(45, 2), (2, 64): figures(46, 1)}, wanted)
    head, first, lost, second = cells_of(text)
    assert head == ["layers", "H", "weights", "updates", "symbols seen", "accuracy", "on pitches", "nats"]
    assert first == ["1", "64", "1,000", "20", "800", "45.50 ± 0.71 %", "5.00 ± 0.00 %", "2.500 ± 0.000"]
    assert second == ["2", "64", "1,000", "20", "800", "46.00 %", "5.00 %", "2.500"]
    assert lost == ["3", "64", "", "", "", "diverged", "", ""]
    rules = candidates_as_text(["rule"], {("clean",): figures(45, 1, nats_a_note=6.25)}, [("clean",)])
    assert cells_of(rules)[-1][-2:] == ["2.500", "6.250"]


def test_points_are_a_run_each_and_pictures_the_same_bytes_each_time() -> None:
    sizes = {(1, 64): figures(45, 2), (1, 128): figures(46, 2), (2, 64): figures(44, 1)}
    rule, shown, both = {("clean",): figures(45, 1, nats_a_note=6.2)}, points(sizes), axes(sizes)
    assert [(one["group"], one["setting"], one["seed"]) for one in shown[:3]] == [
        ("1", 64, 0),
        ("1", 64, 1),
        ("1", 128, 0),
    ]
    assert extension_picture("x", shown, ["layers", "H"], both) == extension_picture("x", shown, ["layers", "H"], both)
    assert b"<svg" in extension_picture("x", points(rule), ["rule"], axes(rule))


def test_a_run_that_diverged_does_not_flatten_the_others() -> None:
    def labels(*accuracies: float) -> set[str]:
        rates = {(f"rate {k}",): figures(one, 2, nats=100 / one) for k, one in enumerate(accuracies)}
        return set(re.findall(r"<!-- (.*) -->", extension_picture("x", points(rates), ["rate"], axes(rates)).decode()))

    assert labels(45, 46, 47, 3) == labels(45, 46, 47) | {"rate 3"}


def test_what_a_size_reaches_is_told_at_its_best_rate_with_what_it_took() -> None:
    def runs(**columns: Any) -> pd.DataFrame:
        return pd.DataFrame({"layers": 1, "hidden": 64, "seed": 0, **columns})

    search = runs(rate=[0.1, 0.2], accuracy=[45.0, 46.0], nats=[2.4, 2.3])
    took = runs(rate=[0.1, 0.1, 0.2, 0.2], symbols=[50, 100] * 2, seconds=[2.0, 4.0, 3.0, 5.0])
    size = runs(accuracy=[48.0], nats=[2.1])
    whole = runs(symbols=[200, 400], seconds=[9.0, 20.0], nats=[2.5, 2.2])
    short, long = ends(search, took, {(1, 64): 0.2}), ends(size, whole.drop(columns="nats"), {(1, 64): 0.1})
    assert short[["rate", "accuracy", "symbols", "seconds"]].to_numpy().tolist() == [[0.2, 46.0, 100, 5.0]]
    row = cells_of(budgets_as_text(short, long))[-1]
    assert row == ["1 × 64", "0.2", "5 s", "46.00 %", "2.300", "0.1", "20 s", "48.00 %", "2.100"]
    picture = cost_picture(whole, pd.concat([short, long]))
    assert picture == cost_picture(whole, pd.concat([short, long]))


def test_the_search_shows_every_rate_and_which_diverged() -> None:
    nats = {(1, 64, 0.1): 2.3, (1, 64, 0.2): 2.2, (2, 64, 0.1): 2.1}
    first, second = cells_of(search_as_text([(1, 64), (2, 64)], [0.1, 0.2], nats, best_rates(nats)))[1:]
    assert first == ["1 × 64", "2.300", "**2.200**"]
    assert second == ["2 × 64", "**2.100**", "diverged"]


def test_the_order_of_a_chord_costs_the_logarithm_of_how_many_there_are() -> None:
    ids = encode(["C4", "E4", "G4", NEXT, "C4", NEXT, "C4", "C4", "E4", NEXT, END, NEXT, END, "D4", "E4", END])
    assert order_nats(ids) == pytest.approx([math.log(6) + math.log(3), 0, math.log(2)])
    assert order_nats(encode([END])).tolist() == [0]
