"""Checkpoints: whole, the same bytes twice, and refused by name when damaged."""

from pathlib import Path

import pytest
import torch

from maestro_lstm.model.checkpoint import OLDER, Checkpoint, load_checkpoint, save_checkpoint
from maestro_lstm.model.network import Weights, initial_weights
from maestro_lstm.plumbing.arrays import save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.vocabulary import SYMBOLS

CHECKPOINT = Checkpoint(initial_weights(90, 8, seed=0), {"hidden": 8, "seq_len": 100, "output": "logits"})


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, CHECKPOINT)
    loaded = load_checkpoint(path)
    assert (loaded.settings, loaded.symbols) == (OLDER | CHECKPOINT.settings, CHECKPOINT.symbols)
    assert all(torch.equal(loaded.weights[name], value) for name, value in CHECKPOINT.weights.items())


def test_a_file_of_an_older_format_or_of_half_precision_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    half = {name: value.half() for name, value in CHECKPOINT.weights.items()}
    save_arrays(path, half, {"settings": {"hidden": 8}})
    loaded = load_checkpoint(path)
    assert loaded.settings == OLDER | {"hidden": 8}
    assert loaded.symbols == SYMBOLS
    assert all(torch.equal(loaded.weights[name], value.float()) for name, value in half.items())


def test_the_same_checkpoint_is_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        save_checkpoint(tmp_path / name, CHECKPOINT)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("keep", [0, 5, 100, -1])
def test_a_file_cut_short_is_refused_by_name(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, CHECKPOINT)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"a\.safetensors is damaged"):
        load_checkpoint(path)


def test_an_altered_byte_is_noticed_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, CHECKPOINT)
    sound = path.read_bytes()
    for at in range(0, len(sound), 997):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1]) + sound[at + 1 :])
        with pytest.raises(UserError, match=r"a\.safetensors is damaged"):
            load_checkpoint(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none is missing"):
        load_checkpoint(tmp_path / "none")


def test_another_alphabet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, Checkpoint(CHECKPOINT.weights, CHECKPOINT.settings, ("x", "y")))
    with pytest.raises(UserError, match="another alphabet"):
        load_checkpoint(path)


def test_weights_that_do_not_fit_their_settings_are_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    weights = CHECKPOINT.weights
    wrong: list[tuple[Weights, str]] = [
        (initial_weights(90, 9, seed=0), r"lstm\.U\.bias is \(36,\), not \(32,\)"),
        ({**weights, "output.bias": torch.zeros(91)}, r"output\.bias is \(91,\), not \(90,\)"),
        ({name: value for name, value in weights.items() if name != "output.bias"}, r"output\.bias is missing"),
        ({**weights, "evil": torch.zeros(1)}, r"evil is \(1,\), not known"),
    ]
    for those, words in wrong:
        save_checkpoint(path, Checkpoint(those, CHECKPOINT.settings))
        with pytest.raises(UserError, match=rf"a\.safetensors does not hold a network of .*hidden: 8 \({words}"):
            load_checkpoint(path)
    deep = Checkpoint(initial_weights(90, 8, seed=0, layers=3), {"hidden": 8, "seq_len": 5, "layers": 3})
    save_checkpoint(path, deep)
    assert load_checkpoint(path).weights.keys() == deep.weights.keys()
    for layers, words in (
        (2, r"lstm_3\.U\.bias is \(32,\), not known"),
        (4, r"lstm_4.* is missing"),
        (10**6, "of 1000000 layers"),
    ):
        save_checkpoint(path, Checkpoint(deep.weights, {**deep.settings, "layers": layers}))
        with pytest.raises(UserError, match=words):
            load_checkpoint(path)
    skips = Checkpoint(initial_weights(90, 8, 0, 3, skips=True), {**deep.settings, "skips": True})
    save_checkpoint(path, skips)
    assert load_checkpoint(path).weights.keys() == deep.weights.keys()
    for told, words in (({}, r"lstm_2\.U\.weight is \(32, 98\)"), ({"skips": 1}, "skips: 1")):
        save_checkpoint(path, Checkpoint(skips.weights, {**deep.settings, **told}))
        with pytest.raises(UserError, match=words):
            load_checkpoint(path)
    for settings in (
        {"seq_len": 5},
        {"hidden": 8, "layers": "2"},
        {"hidden": -1, "seq_len": 5},
        {"hidden": 1e18, "seq_len": 5},
    ):
        save_checkpoint(path, Checkpoint(weights, settings))
        with pytest.raises(UserError, match=r"a\.safetensors is damaged"):
            load_checkpoint(path)
