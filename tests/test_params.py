"""params.yaml: what is accepted, and which words a mistake gets."""

import copy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from maestro_lstm.errors import UserError
from maestro_lstm.params import check_params, load_params

TREE = YAML(typ="safe", pure=True).load(Path("params.yaml"))


def changed(key: str, value: Any) -> Any:
    tree = copy.deepcopy(TREE)
    *sections, last = key.split(".")
    section = tree
    for name in sections:
        section = section[name]
    section[last] = value
    return tree


def test_the_projects_own_params_are_sound() -> None:
    assert load_params().sweep_seq_len.candidates == [25, 50, 100, 200]


@pytest.mark.parametrize(
    ("key", "value"),
    [("seq_len", 200), ("learning_rate", 0.002), ("learning_rate", "constant"), ("optimizer", "sgd"), ("seeds", 4)],
)
def test_a_value_in_range_is_accepted(key: str, value: Any) -> None:
    assert getattr(check_params(changed(key, value)), key) == value


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("seqlen", 200, "seqlen: unknown key"),
        ("train.epoch", 1, "train.epoch: unknown key"),
        ("seq-len", 3, "seq-len: unknown key"),
        ("parse", {"engine": "music21", "rule": "clean", "max_bad": 0}, "parse: engine music21 has no rule clean"),
        ("networks.my net", {"hidden": 8, "output": "logits"}, "networks.my net.*should match pattern"),
        ("sweep_seq_len.candidates", [25, 25], "sweep_seq_len.candidates: a value stands twice"),
        ("seq_len", -5, "seq_len: .*greater than or equal to 1"),
        ("seq_len", 0, "seq_len: .*greater than or equal to 1"),
        ("seq_len", 2.5, "seq_len: .*integer"),
        ("seq_len", True, "seq_len: .*integer"),
        ("learning_rate", "1e-3", "learning_rate: .*valid number .*it is '1e-3'"),
        ("learning_rate", -0.1, "learning_rate: .*greater than 0"),
        ("learning_rate", float("nan"), "learning_rate: .*finite"),
        ("schedules.constant.rate", "0.001", "schedules.constant.rate: .*valid number"),
        ("schedules.cyclical.low", 0.5, "schedules.cyclical: low must not be above high"),
        ("sweep_learning_rate.cyclical_high", 0.00001, "cyclical_high must not be below"),
        ("sweep_seq_len.candidates", [25, "x"], r"sweep_seq_len.candidates.1: .*integer .*it is 'x'"),
        ("sweep_seq_len.candidates", [], "sweep_seq_len.candidates: .*at least 1"),
        ("optimizer", "adamw", "optimizer: .*'sgd', 'adagrad' or 'adam'"),
        ("corpus", "maestr", "corpus: .*'maestro', 'chorales' or 'folder'"),
        ("download.maestro", "1.0.0", "download.maestro: .*'3.0.0' or '2.0.0'"),
        ("parse.max_bad", 2.0, "parse.max_bad: .*less than or equal to 1"),
        ("networks.paper.hidden", 0, "networks.paper.hidden: .*greater than or equal to 1"),
        ("networks.paper.output", "linear", "networks.paper.output: .*'softmax' or 'logits'"),
        ("train.networks", ["papr"], "networks.papr is missing"),
        ("generate.start", "H3", "start must be a piano key"),
        ("train", None, "train: .*valid dictionary"),
    ],
)
def test_a_mistake_is_named_in_one_line(key: str, value: Any, words: str) -> None:
    with pytest.raises(UserError, match=words) as raised:
        check_params(changed(key, value))
    assert "\n" not in str(raised.value)


def test_a_missing_key_is_named() -> None:
    tree = copy.deepcopy(TREE)
    del tree["train"]["epochs"]
    with pytest.raises(UserError, match=r"train\.epochs: key is missing"):
        check_params(tree)


def test_numbers_are_read_as_dvc_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(Path("params.yaml").read_text().replace("rate: 0.001", "rate: 1e-3"))
    assert load_params(path).schedules.constant.rate == 0.001


@pytest.mark.parametrize(("text", "words"), [("a: [1", "not YAML"), ("", "valid dictionary")])
def test_a_file_that_is_no_params_is_named(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(UserError, match=f"params.yaml: .*{words}"):
        load_params(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not found: run this in the project's root"):
        load_params(tmp_path / "params.yaml")
