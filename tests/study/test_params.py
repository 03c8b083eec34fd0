"""params.yaml: what is accepted, and which words a mistake gets."""

import copy
import math
import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from maestro_lstm.params.params import check_params, load_params
from maestro_lstm.plumbing.errors import UserError
from tests.param_trees import with_value

TREE = YAML(typ="safe", pure=True).load(Path("params.yaml"))


def changed(key: str, value: Any) -> Any:
    return with_value(TREE, key, value)


def test_the_projects_own_params_are_sound() -> None:
    assert load_params().sweep_seq_len.candidates == [25, 50, 100, 200]


LOOK = {"heads": 2, "width": 8, "memory": 16}
VARIANTS = [
    [{"name": "a"}],
    [{"name": "a"}, {"name": "b", "rate": 0.1, "look": LOOK}],
    [{"name": "a", "kind": "transformer", "hidden": 16, "layers": 1, "look": LOOK}],
    [{"name": "a", "kind": "events", "sounds": True, "batch": 2, "seq_len": 5, "symbols": 9, "averaging": 0.5}],
]
NO_VARIANTS = [
    *(
        [],
        [{}],
        [{"name": ""}],
        [{"name": "a"}, {"name": "a"}],
        [{"name": "a", "look": {"heads": 1}}],
        [{"name": "a", "rat": 1}],
    ),
    *(
        [{"name": "a", "look": {**LOOK, "memory": 0}}],
        [{"name": "a", "look": {**LOOK, "memory": 65_537}}],
        [{"name": "a", "averaging": 1}],
    ),
    *(
        [{"name": "a", "kind": "transformer", "look": LOOK}],
        [{"name": "a", "kind": "transformer", "hidden": 8, "look": LOOK}],
    ),
]


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
        ("parse", {"engine": "music21", "rule": "clean", "max_bad": 0}, "parse: engine: music21 has no rule: clean"),
        ("networks.my net", {"hidden": 8, "output": "logits"}, "networks.my net.*should match pattern"),
        (
            "networks.corrected.layers",
            2,
            "networks.corrected: layers and skips need a network with a training",
        ),
        (
            "explain_rate.optimizer.rprop",
            ["constant"],
            "explain_rate.optimizer.rprop.*'sgd', 'adagrad', 'adam' or 'muon'",
        ),
        ("networks.best.training", None, "networks.best.*layers and skips need a network with a training"),
        ("sweep_seq_len.candidates", [25, 25], "sweep_seq_len.candidates: a value appears twice"),
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
        ("optimizer", "adamw", "optimizer: .*'sgd', 'adagrad', 'adam' or 'muon'"),
        ("corpus", "maestr", "corpus: .*'maestro', 'chorales' or 'folder'"),
        ("download.maestro", "1.0.0", "download.maestro: .*'3.0.0' or '2.0.0'"),
        ("parse.max_bad", 2.0, "parse.max_bad: .*less than or equal to 1"),
        ("networks.paper.hidden", 0, "networks.paper.hidden: .*greater than or equal to 1"),
        ("networks.paper.output", "linear", "networks.paper.output: .*'softmax' or 'logits'"),
        ("train.networks", ["papr"], "networks.papr is missing"),
        ("generate.primers", ["C3", "H3"], "primers: a piano key such as C3, .* not H3"),
        ("generate.primers", ["a/x.mid", "b/X.midi"], "generate: primers: a/x.mid and b/X.midi would both write x-1"),
        ("generate.primers", ["C3", "C3"], "primers: C3 and C3 would both write c3-1"),
        ("networks.real", {"hidden": 8, "output": "logits"}, "networks.real: that name stands for"),
        ("generate.sampling.nobody", {}, "generate.sampling: networks.nobody is missing"),
        ("generate.sampling", {"paper": {}}, "generate.sampling.corrected is missing: how corrected samples"),
        ("train", None, "train: .*valid dictionary"),
        ("performances.pedal", "both", "performances.pedal: .*'folded' or 'events'"),
        ("networks.performer.head", 0, "networks.performer: head is the width of a performer's heads"),
        ("networks.performer.kind", "events", "networks.performer: head is the width"),
        ("networks.paper.look", LOOK, "networks.paper: look is for a performer, or for symbols with a training"),
        ("networks.events.look", LOOK, "networks.events: look is for a performer"),
        ("networks.best.look", {**LOOK, "memory": 0}, "networks.best.look.memory: .*greater than or equal to 1"),
        ("networks.best.look", {**LOOK, "memory": 1 << 20}, "networks.best.look.memory: .*less than or equal to 65536"),
        ("networks.performer.output", "softmax", "networks.performer: kind: performer needs output: logits"),
        ("networks.performer.training.dropout", 1.0, "networks.performer.training.dropout: .*less than 1"),
        ("networks.performer.training.stretch", 0.6, "networks.performer.training.stretch: .*equal to 0.5"),
        ("networks.performer.training.precision", "half", "training.precision: .*'float32', 'tf32' or 'bfloat16'"),
        ("networks.best.training.stretch", 0.1, "networks.best: training: stretch and dropout are for performances"),
        ("train.networks", ["paper", "performer"], "train.networks: performer is not a network of symbols"),
        ("play.primers", ["H3"], "play: primers: nothing, a piano key such as C3, .* not H3"),
        ("play.sampling.seconds", 0, "play.sampling.seconds: .*greater than 0"),
        ("play.sampling.top_p", 0, "play.sampling.top_p: .*greater than 0"),
        ("play.sampling.polyphony", 1.5, "play.sampling.polyphony: .*integer"),
        ("play.sampling.volume", 3, "play.sampling.volume: unknown key"),
        ("play.samples.pieces", 1, "play.samples.pieces: .*greater than or equal to 2"),
    ],
)
def test_a_mistake_is_named_in_one_line(key: str, value: Any, words: str) -> None:
    with pytest.raises(UserError, match=words) as raised:
        check_params(changed(key, value))
    assert "\n" not in str(raised.value)


# Every key, with values that it takes and values that are out of its range; `ANY_TYPE` is tried on all of them.
DRAWING: dict[str, tuple[list[Any], list[Any]]] = {
    "length": ([1, 1_000_000], [0, 1_000_001, 10.5]),
    "unit": (["symbols", "notes", "seconds"], ["bars", ""]),
    "temperature": ([0.01, 1, 100], [0, -1, 101, math.nan]),
    "top_k": ([0, 90], [-1, 91, 0.5]),
    "top_p": ([0.01, 1], [0, 1.01, math.nan]),
    "greatest_chord": ([0, 88], [-1, 89]),
    "no_repeats": ([True, False], [1, "no"]),
}
TRAINING: dict[str, tuple[list[Any], list[Any]]] = {
    "optimizer": (["muon", "adam"], ["Muon", ""]),
    "rate": ([1e-9, 10], [0, 11, "0.1"]),
    "warm_up": ([0, 0.5, 0.99], [-0.1, 1]),
    "batch": ([1, 4096], [0, 4097, 1.5]),
    "seq_len": ([1, 100_000], [0, 1.5]),
    "epochs": ([1, 100], [0, 0.5]),
    "symbols": ([0, 10**9], [-1, 0.5]),
    "transpose": ([0, 48], [-1, 49, 0.5]),
    "stretch": ([0, 0.5], [-0.1, 0.51]),
    "dropout": ([0, 0.99], [-0.1, 1]),
    "weight_decay": ([0, 1], [-0.1, 1.1]),
    "precision": (["auto", "float32", "tf32", "bfloat16"], ["float16", 32]),
    "log_every": ([1, 10**6], [0, 2.5]),
    "seeds": ([1, 1000], [0, 1001]),
    "threads": ([1, 256], [0, 257]),
}
EXTEND_VARIANTS: dict[str, tuple[list[Any], list[Any]]] = {
    "rate": ([1e-9, 10], [0, 11]),
    "variants": (VARIANTS, NO_VARIANTS),
    "symbols": ([1], [0]),
    "seeds": ([1], [0]),
}
PLAYERS = ("performer", "performer_brief")
PLAYING = (*PLAYERS, "events")
PERFORMANCES: dict[str, tuple[list[Any], list[Any]]] = {
    "performances.pedal": (["folded", "events"], ["both", ""]),
    **{f"networks.{name}.hidden": ([1, 4096], [0, 4097]) for name in PLAYING},
    **{f"networks.{name}.layers": ([1, 16], [0, 17, 1.5]) for name in PLAYING},
    **{f"networks.{name}.output": (["logits"], ["", "softmax"]) for name in PLAYING},
    "networks.events.kind": (["events"], ["performer", ""]),
    **{f"networks.{name}.kind": (["performer"], ["events", "symbols", ""]) for name in PLAYERS},
    **{f"networks.{name}.head": ([1, 4096], [0, 4097]) for name in PLAYERS},
    **{
        f"networks.{name}.training.{key}": values
        for name in PLAYING
        for key, values in TRAINING.items()
        if key != "symbols" or name != "performer"
    },
    "play.primers": ([["nothing"], ["C3", "a.mid"]], [[], ["c3"], ["C3", "C3"], ["H3"]]),
    "play.pieces": ([1, 1000], [0, 1001, 1.5]),
    "play.samples.pieces": ([2, 1000], [1, 1001]),
    "play.samples.seconds": ([1, 7200], [0, 7201, 0.5]),
    "play.tried.pieces": ([2, 1000], [1, 1001]),
    "play.tried.seconds": ([1, 7200], [0, 7201, 0.5]),
    "play.tried.ways": (
        [[{"name": "a"}], [{"name": "a", "density": 9}, {"name": "b"}]],
        [
            [],
            [{}],
            [{"name": ""}],
            [{"name": "a", "top_p": 0}],
            [{"name": "a"}, {"name": "a"}],
            [{"name": "real"}],
            [{"name": "a", "seconds": 9}],
        ],
    ),
    "play.sampling.seconds": ([0.1, 7200], [0, 7201]),
    "play.sampling.temperature": ([0.1, 10], [0, 11, math.nan]),
    "play.sampling.top_p": ([0.01, 1], [0, 1.1]),
    "play.sampling.time_temperature": ([0.1, 10], [0, 11]),
    "play.sampling.time_top_p": ([0.01, 1], [0, 1.1]),
    "play.sampling.density": ([0, 50], [-1, 51]),
    "play.sampling.loudness": ([0, 127], [-1, 128]),
    "play.sampling.polyphony": ([0, 88], [-1, 89, 1.5]),
}
TABLE: dict[str, tuple[list[Any], list[Any]]] = {
    **PERFORMANCES,
    "corpus": (["maestro", "chorales", "folder"], ["", "Maestro"]),
    "optimizer": (["auto", "sgd", "adagrad", "adam", "muon"], ["Adam", "rmsprop"]),
    "learning_rate": (["auto", "constant", "cyclical", 0.5, 10, 1e-9], [0, -1, 10.1, 1e9, "0.1"]),
    "seq_len": (["auto", 1, 100_000], [0, -1, 1.5, "100"]),
    "seed": ([0, 2**31 - 1], [-1, 2**31, 0.5, "0"]),
    "seeds": ([1, 1000], [0, 1001, 1.5]),
    "device": (["auto", "cpu", "cuda"], ["gpu", "cuda:0"]),
    "engine": (["auto", "scratch", "torch", "compiled"], ["numba"]),
    "download.maestro": (["3.0.0", "2.0.0"], ["3", 3.0]),
    "download.chorales": ([3, 400], [2, 401, 60.5]),
    "download.folder": (["x", "/a b/ü"], [""]),
    "parse.engine": (["fast", "music21"], ["mido"]),
    "parse.rule": (["paper", "clean"], ["Paper"]),
    "parse.max_bad": ([0, 0.5, 1], [-0.01, 1.01, "0.01"]),
    "networks.paper.hidden": ([1, 4096], [0, 4097, 64.0, "64"]),
    "networks.paper.output": (["softmax", "logits"], ["sigmoid"]),
    "networks.corrected.hidden": ([1, 4096], [0, 4097]),
    "networks.corrected.output": (["softmax", "logits"], [""]),
    "networks.best.hidden": ([1, 4096], [0, 4097]),
    "networks.best.layers": ([1, 16], [0, 17, 1.5]),
    "networks.best.skips": ([True, False], ["yes", 0, 1]),
    "networks.best.output": (["softmax", "logits"], [""]),
    "networks.best.training.optimizer": (["muon", "adam"], ["Muon", ""]),
    "networks.best.training.rate": ([1e-9, 10], [0, 11, "0.1"]),
    "networks.best.training.warm_up": ([0, 0.5, 0.99], [-0.1, 1]),
    "networks.best.training.batch": ([1, 4096], [0, 4097, 1.5]),
    "networks.best.training.seq_len": ([1, 100_000], [0, 1.5]),
    "networks.best.training.epochs": ([1, 100], [0, 0.5]),
    "networks.best.training.transpose": ([0, 48], [-1, 49, 0.5]),
    "networks.best.training.weight_decay": ([0, 1], [-0.1, 1.1]),
    "networks.best.training.precision": (["auto", "float32", "tf32", "bfloat16"], ["float16", 32]),
    "networks.best.training.log_every": ([1, 10**6], [0, 2.5]),
    "networks.best.training.seeds": ([1, 1000], [0, 1001]),
    "networks.best.training.threads": ([1, 256], [0, 257]),
    "schedules.constant.rate": ([1e-9, 10], [0, -0.1, 11]),
    "schedules.cyclical.low": ([1e-9, 0.001], [0, -0.1, 0.002]),
    "schedules.cyclical.high": ([0.0001, 10], [0.00001, 11]),
    "schedules.cyclical.updates_up": ([1, 10**9], [0, -1, 0.5]),
    "sweep.epochs": ([1, 100], [0, 0.5]),
    "sweep.every": ([1, 100], [0, -4]),
    "sweep.margin": ([0, 100], [-0.1, 100.1]),
    "sweep_optimizer.candidates": ([["sgd"], ["adam", "sgd"]], [[], ["sgd", "sgd"], ["x"], "sgd"]),
    "sweep_optimizer.paper": (["adam"], ["auto"]),
    "sweep_optimizer.seq_len": ([1, 25], [0, "auto"]),
    "sweep_learning_rate.candidates": ([["constant"]], [[], ["constant", "constant"], [0.1]]),
    "sweep_learning_rate.paper": (["cyclical"], [0.001]),
    "sweep_learning_rate.seq_len": ([1], [0, "auto"]),
    "sweep_learning_rate.cyclical_high": ([0.0001, 10], [0.00001, 11]),
    "sweep_seq_len.candidates": ([[1], [25, 50]], [[], [25, 25], [0], [25.5], ["auto"], 25]),
    "sweep_seq_len.paper": ([100, 7], [0, 1.5]),
    "explain_crossed.output": (
        [["softmax"], ["logits", "softmax"]],
        [[], ["softmax", "softmax"], ["twice"], "softmax"],
    ),
    **{
        f"explain_{section}.optimizer.{name}": (
            [["cyclical"], [0.1, "constant"]],
            [[], ["constant", "constant"], [0], [11], ["fast"], "constant"],
        )
        for section, names in {
            "crossed": ("adam", "sgd", "adagrad"),
            "epsilon": ("adam",),
            "rate": ("adam", "sgd", "adagrad"),
        }.items()
        for name in names
    },
    "explain_crossed.updates": ([0, 1], [-1, 1.5]),
    "explain_crossed.loss": ([["all"], ["first", "all"]], [[], ["all", "all"], ["last"]]),
    "explain_crossed.draws": ([["random"], ["in_order"]], [[], ["random", "random"], ["backwards"]]),
    **{
        f"explain_{section}.updates": ([0, 1, 10**6], [-1, 1.5])
        for section in ("epsilon", "scale", "branch", "precision", "rate", "dose", "share")
    },
    **{f"explain_{section}.probes": ([0, 2, 100], [-1, 10_001, 1.5]) for section in ("rate", "dose", "share")},
    **{
        f"explain_{section}.seeds": ([0, 1, 1000], [-1, 1001])
        for section in ("epsilon", "scale", "branch", "precision")
    },
    **{
        f"explain_{section}.epsilon": ([[1e-16], [1e-8, 10]], [[], [0], [11], [1e-8, 1e-8], 1e-8])
        for section in ("epsilon", "scale", "branch", "precision")
    },
    "explain_scale.loss_scale": ([[1e-3], [1e6, 1.0]], [[], [0.0], [1e7], [2.0, 2.0]]),
    "explain_branch.redrawn_at": ([[1], [10**6, 5]], [[], [0], [1.5], [2, 2]]),
    "explain_branch.redrawn": ([[1], [2, 1]], [[], [0], [1.5], [2, 2]]),
    "explain_precision.precision": ([["float32"], ["float64", "float32"]], [[], ["float16"], "float64"]),
    "explain_rate.output": ([["softmax"], ["logits", "softmax"]], [[], ["twice"], "softmax"]),
    "explain_dose.sharpness": ([[0.5], [20.0, 1.0]], [[], [0.0], [1e7], [2.0, 2.0]]),
    "explain_share.next_kept": ([[1.0], [0.01, 0.5]], [[], [0.0], [1.1], [0.5, 0.5]]),
    "explain.seq_len": ([1, 25], [0, "auto"]),
    "explain.log_every": ([1], [0]),
    "explain.probes": ([2, 100], [1, 10_001, 1.5]),
    "extensions.hidden": ([1, 4096], [0, 4097, 64.0]),
    "extensions.batch": ([1, 4096], [0, 4097, 1.5]),
    "extensions.seq_len": ([1, 100], [0, "auto"]),
    "extensions.rate": ([1e-9, 10], [0, -0.1, 11, "0.001"]),
    "extensions.warm_up": ([0, 0.5], [-0.1, 1, 1.5]),
    "extend_optimizer.optimizer": ([["sgd"], ["muon", "adam"]], [[], ["adam", "adam"], ["lion"]]),
    "extend_optimizer.rate": ([[1e-9], [0.1, 10]], [[], [0], [11], [0.1, 0.1], 0.1]),
    "extend_optimizer.hidden": ([1, 4096], [0, 4097]),
    "extend_optimizer.symbols": ([1], [0]),
    "extend_optimizer.seeds": ([1], [0]),
    "extend_search.rate": ([[1e-9], [0.1, 10]], [[], [0], [11], [0.1, 0.1], 0.1]),
    "extend_search.symbols": ([1], [0]),
    "extend_search.seeds": ([1], [0]),
    "extend_tune.rate": ([[1e-9], [0.1, 10]], [[], [0], [11], [0.1, 0.1], 0.1]),
    "extend_tune.symbols": ([1], [0]),
    "extend_tune.seeds": ([1], [0]),
    "extend_size.rate": ([1e-9, 1], [0, 11, "0.5"]),
    "extend_size.layers": ([[1], [3, 16]], [[], [0], [17], [2, 2], 2]),
    "extend_size.hidden": ([[1], [64, 4096]], [[], [0], [4097], [64, 64], 64]),
    "extend_size.symbols": ([1, 10**9], [0, 1e6]),
    "extend_size.seeds": ([1, 1000], [0, 1001, 1.5]),
    "extend_lengths.candidates": ([[1], ["growing", 25, "cyclical"]], [[], [0], ["shrinking"], [25, 25], 25]),
    "extend_lengths.shortest": ([1, 200], [0, 201, 1.5]),
    "extend_lengths.longest": ([25, 400], [0, 24, 1.5]),
    "extend_lengths.updates_up": ([1], [0, 0.5]),
    "extend_lengths.symbols": ([1], [0]),
    "extend_lengths.seeds": ([1], [0]),
    "extend_batch.draws": ([["random"], ["streams", "in_order"]], [[], ["random", "random"], ["backwards"]]),
    "extend_batch.batch": ([[1], [64, 4096]], [[], [0], [4097], [2, 2], 2]),
    "extend_batch.symbols": ([1], [0]),
    "extend_batch.seeds": ([1], [0]),
    "extend_rule.rule": ([["paper"], ["clean", "paper"]], [[], ["paper", "paper"], ["music21"]]),
    "extend_rule.symbols": ([1], [0]),
    "extend_rule.seeds": ([1], [0]),
    "extend_best.without": ([["nothing"], ["decay", "skips"]], [[], ["skips", "skips"], ["muon"]]),
    "extend_best.rate": ([1e-9, 1], [0, 11, "0.5"]),
    "extend_best.hidden": ([1, 4096], [0, 4097]),
    "extend_best.symbols": ([1], [0]),
    "extend_best.seeds": ([1], [0]),
    **{f"extend_{sweep}.{key}": values for sweep in ("look", "look_best") for key, values in EXTEND_VARIANTS.items()},
    "extend_look.dropout": ([0, 0.9], [-0.1, 1]),
    "train.networks": ([["paper"], ["corrected", "paper"]], [[], ["paper", "paper"], ["beste"], [1], "paper"]),
    "train.epochs": ([1], [0, 1.5]),
    "train.log_every": ([1], [0]),
    "train.smoothing": ([0, 0.999], [-0.1, 1, 1.5]),
    "chords.updates": ([[1], [300, 2]], [[], [0], [2, 2], [1.5], 4]),
    "chords.pieces": ([1, 10_000], [0, 10_001]),
    "chords.symbols": ([1, 100_000], [0, 100_001]),
    **{f"baselines.{key}": ([[1], [9, 2]], [[], [0], [10], [2, 2], [1.5], 4]) for key in ("orders", "kneser_ney")},
    "generate.primers": (
        [["C3", "F#4", "B-2"], ["a.mid", "B.MIDI"]],
        [[], ["c3"], ["H3"], ["C9"], ["<NEXT>"], [""], [3]],
    ),
    "distances.pieces": ([2, 10_000], [1, 10_001]),
    "distances.symbols": ([2, 100_000], [1, 100_001]),
    "generate.pieces": ([1, 1000], [0, 1001, 1.5]),
    "generate.transpose": ([-87, 0, 87], [-88, 88, 0.5]),
    "generate.keep_primer": ([True, False], [0, "yes"]),
    "generate.chord_seconds": ([0.01, 60], [0, -1, 61, math.nan]),
    "generate.soundfont": (["auto", "my.sf2"], [3]),
    "generate.real": ([1, 100], [0, 101]),
    "generate.real_seconds": ([1, 3600], [0, 3601]),
    **{
        f"generate.sampling.{network}.{key}": values
        for network, keys in {
            "paper": ("length", "unit"),
            "corrected": ("length", "unit"),
            "best": ("length", "unit", "temperature", "top_k", "top_p", "greatest_chord", "no_repeats"),
        }.items()
        for key, values in DRAWING.items()
        if key in keys
    },
}
ANY_TYPE: list[Any] = [None, True, "no such word", float("nan"), float("inf"), [], [[]], {}, {"a": 1}, -(10**30)]


def leaves(tree: Any, prefix: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {prefix}
    return {leaf for key, value in tree.items() for leaf in leaves(value, f"{prefix}.{key}" if prefix else key)}


def test_the_table_has_every_key() -> None:
    assert set(TABLE) == leaves(TREE)


@pytest.mark.parametrize("key", TABLE)
def test_every_key_takes_its_values_and_names_itself_for_any_other(key: str) -> None:
    good, bad = TABLE[key]
    for value in good:
        check_params(changed(key, value))
    free_text = key in ("download.folder", "generate.soundfont")
    taken = [one for one in ANY_TYPE if any(one is value for value in good) or (free_text and isinstance(one, str))]
    for value in [*bad, *(one for one in ANY_TYPE if one not in taken)]:
        with pytest.raises(UserError) as raised:
            check_params(changed(key, value))
        told = str(raised.value)
        section = key.rsplit(".", 1)[0]  # a rule between two keys names their section
        assert told.startswith("params.yaml: ")
        assert key in told or section in told or str(value) in told, (value, told)
        assert "\n" not in told


@pytest.mark.parametrize("section", ["", *sorted({key.rpartition(".")[0] for key in TABLE} - {""})])
def test_every_section_names_a_key_that_it_does_not_know_or_misses(section: str) -> None:
    prefix = f"{section}." if section else ""
    with pytest.raises(UserError, match=rf"{prefix}typo: "):
        check_params(changed(f"{prefix}typo", 1 if section != "networks" else {"hiden": 8}))
    if re.match(r"explain_(?!crossed$)|explain_crossed\.optimizer|(generate|play)\.sampling", section):
        return  # what is not said there is not tried, or as in the paper
    missing = next(key for key in TABLE if key.rpartition(".")[0] == section)
    tree = copy.deepcopy(TREE)
    place = tree
    for name in section.split(".") if section else []:
        place = place[name]
    del place[missing.rpartition(".")[2]]
    with pytest.raises(UserError, match=rf"{missing}: key is missing"):
        check_params(tree)


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
