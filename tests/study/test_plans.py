"""Plans: written and read, they are the trainings that were planned; and what leaves a plan as it was."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from maestro_lstm.params.params import Params, check_params, load_params
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.study.final import plan_of
from maestro_lstm.study.plans import load_plan, save_plan
from maestro_lstm.training.schedules import Cosine
from tests.param_trees import OF_PERFORMANCES, with_another, with_value
from tests.pipeline_files import instances, leaves, under

CHOSEN = {"optimizer": "adam", "learning_rate": "cyclical", "seq_len": 100}
PARAMS = load_params()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "plan.json"


@pytest.mark.parametrize("network", ["paper", "corrected"])
def test_what_was_planned_is_what_is_trained(network: str, path: Path) -> None:
    plan = plan_of(PARAMS, network, CHOSEN)
    save_plan(path, plan)
    assert load_plan(path) == plan
    assert [run.seed for run in plan.runs] == list(PARAMS.all_seeds)


def test_a_network_trained_in_a_way_of_its_own_takes_nothing_from_the_sweeps(path: Path) -> None:
    own = PARAMS.networks["best"].training
    assert own
    one, other = (plan_of(PARAMS, "best", {**CHOSEN, "seq_len": seq_len}) for seq_len in (25, 200))
    assert one == other
    save_plan(path, one)
    runs = load_plan(path).runs
    assert len(runs) == own.seeds
    settings = runs[0]
    assert settings.schedule == Cosine(own.rate, own.warm_up)
    assert (settings.seq_len, settings.batch, settings.draws) == (own.seq_len, own.batch, "streams")
    assert not settings.fits_compiled  # torch trains it
    changed = PARAMS.model_copy(update={"seq_len": 200, "optimizer": "sgd", "learning_rate": 0.5})
    assert plan_of(changed, "best", CHOSEN) == one


def test_the_file_is_the_same_for_every_machine(path: Path) -> None:
    files = []
    for engine in ("auto", "torch", "scratch"):
        params = PARAMS.model_copy(update={"engine": engine})
        save_plan(path, plan_of(params, "paper", CHOSEN))
        files.append(path.read_bytes())
    assert len(set(files)) == 1


@pytest.mark.parametrize("network", ["paper", "corrected", "best"])
def test_the_stage_declares_every_key_that_a_plan_depends_on(network: str, path: Path) -> None:
    # with muon among the parts of `extend_best` another optimizer is refused
    tree = with_value(PARAMS.model_dump(exclude_none=True), "extend_best.without", ["nothing"])
    stage = "stages/best/dvc.yaml:plan" if network == "best" else "plan"
    instance = next(one for one in instances(stage) if one["cmd"].endswith(network))
    depends = {key for name in instance["params"] for key in under(name)}
    chosen = {**CHOSEN, "learning_rate": "cyclical"}

    def planned(params: Params) -> bytes:
        save_plan(path, plan_of(params, network, chosen))
        return path.read_bytes()

    before = planned(PARAMS)
    own = leaves(tree["networks"][network], f"networks.{network}")
    others = {"optimizer", "learning_rate", "seq_len", "seed", "seeds", *leaves(tree["schedules"], "schedules")}
    others |= {"train.epochs", "train.log_every", "train.smoothing", "sweep.epochs", "extensions.rate"}
    found = set()
    for key in own | others:
        if key.endswith((".training", ".layers", ".skips")) and network != "best":
            continue  # for networks with a training of their own
        if key.endswith(OF_PERFORMANCES):
            continue
        told = {"learning_rate": "constant", "seq_len": 7}
        params = with_value(tree, key, told[key]) if key in told else with_another(tree, key)
        if planned(check_params(params)) != before:
            found.add(key if key not in own else f"networks.{network}")
    expected = {"seed", f"networks.{network}", "train.smoothing"}
    if network != "best":
        expected |= {"optimizer", "learning_rate", "seq_len", "seeds", "train.epochs", "train.log_every"}
        expected |= {f"schedules.cyclical.{key}" for key in ("low", "high", "updates_up")}
    assert found - {"optimizer"} == expected - {"optimizer"}  # `auto` chose adam already
    assert {key for name in found for key in under(name)} <= depends


def without_hidden(told: Any) -> None:
    del told["settings"]["hidden"]


def one_more_key(told: Any) -> None:
    told["settings"]["width"] = 3


def a_word_for_a_number(told: Any) -> None:
    told["settings"]["seq_len"] = "100"


def no_seeds(told: Any) -> None:
    told["seeds"] = None


def an_empty_list_of_seeds(told: Any) -> None:
    told["seeds"] = []


@pytest.mark.parametrize("spoil", [without_hidden, one_more_key, a_word_for_a_number, no_seeds, an_empty_list_of_seeds])
def test_what_is_no_plan_is_named(spoil: Any, path: Path) -> None:
    save_plan(path, plan_of(PARAMS, "paper", CHOSEN))
    told = json.loads(path.read_bytes())
    spoil(told)
    path.write_text(json.dumps(told))
    with pytest.raises(UserError, match=r"plan\.json is damaged") as raised:
        load_plan(path)
    assert "\n" not in str(raised.value)


def test_a_network_that_is_not_in_the_params_is_named() -> None:
    with pytest.raises(UserError, match=r"networks\.none is missing"):
        plan_of(PARAMS, "none", CHOSEN)


def test_more_seeds_are_more_runs_of_the_same(path: Path) -> None:
    more = Params.model_validate({**PARAMS.model_dump(), "seeds": 3, "seed": 5})
    save_plan(path, plan_of(more, "paper", CHOSEN))
    runs = load_plan(path).runs
    assert [run.seed for run in runs] == [5, 6, 7]
    assert len({replace(run, seed=0) for run in runs}) == 1
