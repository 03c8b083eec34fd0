"""What the paper wished for: which trainings it comes to, how they are scored, and how that is told."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maestro_lstm.choices import Part
from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.networks.predictors import predictor
from maestro_lstm.model.training.loop import Training
from maestro_lstm.model.training.schedules import Cosine
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.store import Run, results
from maestro_lstm.model.training.tasks import Symbols, lengths_of
from maestro_lstm.study.experiments.wishes import WISHES, WishName, candidates, settings_of
from maestro_lstm.study.params.file import Params, check_params, load_params
from maestro_lstm.study.report.pictures import wish_picture
from maestro_lstm.study.report.wishes import as_text, points
from maestro_lstm.study.scoring.evaluation import evaluate, spaced_windows
from maestro_lstm.study.scoring.runs import STRETCH, score_wish
from tests.markdown import cells_of
from tests.param_trees import OF_PERFORMANCES, with_another, with_value
from tests.pipeline_files import instances, leaves, under

PARAMS = load_params()
IDS: Ids = np.random.default_rng(0).integers(0, 90, size=13_000).astype(np.uint8)


@pytest.mark.parametrize("wish", WISHES)
def test_all_candidates_of_a_sweep_see_equally_many_symbols(wish: WishName) -> None:
    for runs in candidates(PARAMS, wish).values():
        seen = {int(lengths_of(run, 9_924_291).sum()) * run.batch for run in runs}
        assert len(seen) == 1
        # what is left over of an update
        assert abs(seen.pop() - PARAMS.wish(wish).symbols) <= runs[0].batch * runs[0].seq_len


def test_a_candidate_differs_from_the_next_in_what_its_lists_say() -> None:
    size = candidates(PARAMS, "size")
    assert {(run.layers, run.hidden) for runs in size.values() for run in runs} == set(size)
    batch = candidates(PARAMS, "batch")
    assert {(run.draws, run.batch) for runs in batch.values() for run in runs} == set(batch)
    assert {run.output for wish in WISHES for runs in candidates(PARAMS, wish).values() for run in runs} == {"logits"}
    growing, at_100 = settings_of(PARAMS, "lengths", ("growing",)), settings_of(PARAMS, "lengths", (100,))
    assert (growing.lengths, growing.shortest, growing.seq_len) == ("growing", 25, 200)
    assert (at_100.lengths, at_100.seq_len) == ("constant", 100)
    assert replace(growing, lengths="constant", shortest=0, seq_len=100, log_every=1) == replace(at_100, log_every=1)


def test_seeds_are_those_that_the_sweep_asks_for() -> None:
    for wish in WISHES:
        for runs in candidates(PARAMS, wish).values():
            assert [run.seed for run in runs] == list(range(PARAMS.wish(wish).seeds))


def test_the_rate_rises_with_the_root_of_the_batch_and_falls_with_that_of_the_width() -> None:
    def peak(wish: WishName, *candidate: Any) -> float:
        schedule = settings_of(PARAMS, wish, candidate).schedule
        assert isinstance(schedule, Cosine)
        return schedule.peak

    assert peak("batch", "random", 1) == PARAMS.wishes.rate
    assert peak("batch", "streams", 64) == pytest.approx(8 * PARAMS.wishes.rate)
    assert peak("size", 1, 256) == pytest.approx(peak("size", 3, 64) / 2)


def test_each_part_of_the_best_network_is_left_out_in_turn_and_nothing_else() -> None:
    best = PARAMS.networks["best"]
    assert best.training
    whole = settings_of(PARAMS, "best", ("nothing",))
    assert (whole.layers, whole.skips, whole.transpose) == (best.layers, best.skips, best.training.transpose)
    assert (whole.optimizer, whole.draws, whole.hidden) == ("muon", "streams", PARAMS.wish_best.hidden)
    assert whole.schedule == Cosine(best.training.rate, PARAMS.wishes.warm_up)
    changes: dict[Part, dict[str, Any]] = {
        "nothing": {},
        "skips": {"skips": False},
        "layers": {"layers": 1, "skips": False},
        "streams": {"draws": "random"},
        "transposition": {"transpose": 0},
        "muon": {"optimizer": "adam", "schedule": settings_of(PARAMS, "size", (2, 128)).schedule},
    }
    assert set(changes) == set(PARAMS.wish_best.without)
    for part, change in changes.items():
        assert settings_of(PARAMS, "best", (part,)) == replace(whole, **change)


@pytest.mark.parametrize("wish", WISHES)
def test_a_stage_declares_every_key_that_its_trainings_depend_on(wish: WishName) -> None:
    tree = PARAMS.model_dump()
    # with muon among the parts another optimizer is refused
    without_muon = with_value(tree, "wish_best.without", ["nothing"])
    stage = f"stages/wishes/dvc.yaml:{f'wish_{wish}' if wish in ('rule', 'best') else 'wish'}"
    instance = next(one for one in instances(stage) if one["cmd"].endswith(f" {wish}"))
    declared = {key for name in instance["params"] for key in under(name)}

    def trained(params: Params) -> list[Settings]:
        return [replace(run, log_every=1) for runs in candidates(params, wish).values() for run in runs]

    depends, symbols = set(), PARAMS.networks["paper"]
    sections = (f"wish_{wish}", "wishes", "train", "sweep", "networks")
    for key in {key for section in sections for key in leaves(tree[section], section)} - {"train.networks"}:
        if key.startswith("networks.") and "best" not in key and key.split(".")[2] not in ("hidden", "output"):
            continue  # for networks with a training of their own
        if key.endswith(OF_PERFORMANCES) or PARAMS.networks.get(key.split(".")[1], symbols).kind != "symbols":
            continue
        before = without_muon if key == "networks.best.training.optimizer" else tree
        depends |= {key} if trained(check_params(with_another(before, key))) != trained(check_params(before)) else set()
    assert depends <= declared
    # a whole section is declared of which a sweep may replace some
    others = {key for key in declared - depends if not key.startswith("wishes.")}
    assert others == {"seed"} | (set() if wish == "rule" else {"sweep.every"})


@pytest.fixture(scope="module")
def run() -> Run:
    settings = Settings(
        8, "logits", "adam", Cosine(0.01, 0.1), 10, 1, 3, batch=4, layers=2, engine="torch", symbols=800
    )
    training = Training(Symbols(IDS, 90), [settings])
    list(training)
    (done,) = results(training)
    assert isinstance(done, Run)
    return done


def test_a_run_is_scored_on_the_whole_split_or_on_one_stretch_in_four(run: Run) -> None:
    network = predictor(run.last, "torch")
    whole, part = score_wish(run, len(IDS), IDS, 1), score_wish(run, len(IDS), IDS, 4)
    assert whole["symbols"] == len(IDS) - 1
    assert whole["nats"] == evaluate(network, IDS[:-1], IDS[1:]).rounded()["nats"]
    assert part["symbols"] == 2 * STRETCH  # from 0 and from 10,000 on
    assert part["nats"] == evaluate(network, *spaced_windows(IDS, STRETCH, 4)).rounded()["nats"]


def test_what_a_run_cost_is_told(run: Run) -> None:
    figures = score_wish(run, len(IDS), IDS, 4)
    h, v = 8, 90
    assert figures["weights"] == 4 * h * (v + h + 2) + 4 * h * (h + h + 2) + v * (h + 1)
    assert (figures["updates"], figures["symbols_seen"], figures["seed"]) == (20, 800, 3)


def test_a_small_corpus_has_a_stretch_too(run: Run) -> None:
    assert score_wish(run, len(IDS), IDS[:9], 4)["symbols"] == 2
    assert score_wish(run, len(IDS), IDS[:9], 100)["symbols"] == 1


def figures(accuracy: float, seeds: int, **more: float) -> dict[str, Any]:
    common = {"nats": 2.5, "accuracy_pitches": 5.0, "weights": 1000, "updates": 20, "symbols_seen": 800, **more}
    return {"runs": [{"seed": seed, "accuracy": accuracy + seed, **common} for seed in range(seeds)]}


def test_a_table_has_a_row_a_candidate_and_a_spread_where_there_are_seeds() -> None:
    text = as_text(["layers", "H"], {(1, 64): figures(45, 2), (2, 64): figures(46, 1)})
    head, first, second = cells_of(text)
    assert head == ["layers", "H", "weights", "updates", "symbols seen", "accuracy", "on pitches", "nats"]
    assert first == ["1", "64", "1,000", "20", "800", "45.50 ± 0.71 %", "5.00 ± 0.00 %", "2.500 ± 0.000"]
    assert second == ["2", "64", "1,000", "20", "800", "46.00 %", "5.00 %", "2.500"]
    rules = as_text(["rule"], {("clean",): figures(45, 1, nats_a_note=6.25)})
    assert cells_of(rules)[-1][-2:] == ["2.500", "6.250"]


def test_points_are_a_run_each_and_pictures_the_same_bytes_each_time() -> None:
    shown = points({(1, 64): figures(45, 2), (1, 128): figures(46, 2), (2, 64): figures(44, 1)})
    assert [(one["group"], one["setting"], one["seed"]) for one in shown[:3]] == [
        ("1", 64, 0),
        ("1", 64, 1),
        ("1", 128, 0),
    ]
    assert wish_picture("x", shown, ["layers", "H"]) == wish_picture("x", shown, ["layers", "H"])
    assert b"<svg" in wish_picture("x", points({("clean",): figures(45, 1, nats_a_note=6.2)}), ["rule"])
