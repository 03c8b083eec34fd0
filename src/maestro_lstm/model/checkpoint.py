"""A trained network in one file: weights, vocabulary and the settings it was trained with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from maestro_lstm.model.network import Weights, shapes_of
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.errors import NotMade, UserError
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.symbols.vocabulary import SYMBOLS

MOST = 1 << 20  # upper bound of hidden, seq_len and layers in a file
OLDER: dict[str, Any] = {"seq_len": 100, "layers": 1, "skips": False, "kind": "symbols"}  # where a file does not say


@dataclass(frozen=True)
class Checkpoint:
    weights: Weights
    settings: dict[str, Any]  # including hidden, and what `OLDER` lists
    symbols: tuple[str, ...] = SYMBOLS  # the vocabulary, by id


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    save_arrays(path, checkpoint.weights, {"settings": checkpoint.settings, "symbols": checkpoint.symbols})


def load_checkpoint(path: Path, read: Checkpoint | None = None) -> Checkpoint:
    """A network of symbols.

    Args:
        read: what `read_checkpoint` returned of the file, where it was read before.

    Raises: UserError, naming the file, where it is missing or damaged, where weights, settings and vocabulary do not
        fit together, or where the vocabulary is not the 90 symbols.
    """
    checkpoint = read or read_checkpoint(path)
    settings = checkpoint.settings
    if (kind := settings["kind"]) != "symbols":
        raise UserError(f"{path} holds a network of performances ({kind}), not of the 90 symbols")
    if checkpoint.symbols != SYMBOLS:
        raise UserError(f"{path} was trained with another alphabet ({len(checkpoint.symbols)} symbols): train it again")
    hidden, layers = settings["hidden"], settings["layers"]
    if layers > len(checkpoint.weights):
        raise UserError(f"{path} does not hold a network of {layers} layers: train it again")
    check_shapes(
        path,
        checkpoint,
        shapes_of(len(SYMBOLS), hidden, layers, settings["skips"]),
        f"of {len(SYMBOLS)} symbols and hidden: {hidden}",
    )
    return checkpoint


def read_checkpoint(path: Path) -> Checkpoint:
    """A network of any vocabulary, in float32 whatever the file holds. Raises UserError, naming the file, where it is
    missing or damaged."""
    try:
        arrays, about = load_arrays(path)
        weights = {name: torch.from_numpy(value).float() for name, value in arrays.items()}
        settings = OLDER | about["settings"]
        checkpoint = Checkpoint(weights, settings, tuple(about.get("symbols", SYMBOLS)))
        for key in ("hidden", "seq_len", "layers"):
            if type(value := settings[key]) is not int or not 1 <= value <= MOST:
                raise ValueError(f"{key}: {value!r}")
        if type(skips := settings["skips"]) is not bool:
            raise ValueError(f"skips: {skips!r}")
    except FileNotFoundError:
        raise NotMade(f"{path} is missing") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
    return checkpoint


def check_shapes(path: Path, checkpoint: Checkpoint, expected: Mapping[str, tuple[int, ...]], what: str) -> None:
    """Raise UserError unless the weights have these names and shapes."""
    shapes = {name: tuple(value.shape) for name, value in checkpoint.weights.items()}
    if shapes != dict(expected):
        wrong = min(name for name in shapes | dict(expected) if shapes.get(name) != expected.get(name))
        raise UserError(
            f"{path} does not hold a network {what} ({wrong} is {shapes.get(wrong, 'missing')}, not "
            f"{expected.get(wrong, 'known')}): train it again"
        )
