"""A trained network in one file: weights, vocabulary and the settings it was trained with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from maestro_lstm.data.vocabulary.symbols import SYMBOLS
from maestro_lstm.model.networks.network import Weights, shapes_of
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import damaged

MOST = 1 << 20  # upper bound of hidden, seq_len and layers in a file


@dataclass(frozen=True)
class Checkpoint:
    weights: Weights
    settings: dict[str, Any]  # including hidden and seq_len, and layers if there are several
    symbols: tuple[str, ...] = SYMBOLS  # the vocabulary, by id


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    save_arrays(path, checkpoint.weights, {"settings": checkpoint.settings, "symbols": checkpoint.symbols})


def load_checkpoint(path: Path) -> Checkpoint:
    """Raises UserError, naming the file, where it is missing or damaged, or where weights, settings and vocabulary do
    not fit together or the vocabulary is not ours."""
    try:
        arrays, about = load_arrays(path)
        weights = {name: torch.from_numpy(value) for name, value in arrays.items()}
        checkpoint = Checkpoint(weights, about["settings"], tuple(about["symbols"]))
        n_symbols, hidden = len(checkpoint.symbols), checkpoint.settings["hidden"]
        layers, skips = checkpoint.settings.get("layers", 1), checkpoint.settings.get("skips", False)
        for key, value in {"hidden": hidden, "seq_len": checkpoint.settings["seq_len"], "layers": layers}.items():
            if type(value) is not int or not 1 <= value <= MOST:
                raise ValueError(f"{key}: {value!r}")
        if type(skips) is not bool:
            raise ValueError(f"skips: {skips!r}")
    except FileNotFoundError:
        raise UserError(f"{path} is missing: `dvc repro -P` trains the networks of the study") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
    if checkpoint.symbols != SYMBOLS:
        raise UserError(f"{path} was trained with another alphabet ({n_symbols} symbols): train it again")
    shapes = {name: tuple(value.shape) for name, value in weights.items()}
    if layers > len(weights):
        raise UserError(f"{path} does not hold a network of {layers} layers: train it again")
    expected = shapes_of(n_symbols, hidden, layers, skips)
    if shapes != expected:
        wrong = min(name for name in shapes | expected if shapes.get(name) != expected.get(name))
        raise UserError(
            f"{path} does not hold a network of {n_symbols} symbols and hidden: {hidden} ({wrong} is "
            f"{shapes.get(wrong, 'missing')}, not {expected.get(wrong, 'known')}): train it again"
        )
    return checkpoint
