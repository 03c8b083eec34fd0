"""A trained network in one file: weights, alphabet and the settings it was trained with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maestro_lstm.engines.network import Weights
from maestro_lstm.errors import UserError
from maestro_lstm.symbols import SYMBOLS
from maestro_lstm.tensors import load_tensors, save_tensors


@dataclass(frozen=True)
class Checkpoint:
    weights: Weights
    settings: dict[str, Any]  # among them hidden and seq_len
    symbols: tuple[str, ...] = SYMBOLS  # the alphabet, by id


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    save_tensors(path, checkpoint.weights, {"settings": checkpoint.settings, "symbols": checkpoint.symbols})


def load_checkpoint(path: Path) -> Checkpoint:
    """Raises UserError, naming the file, where it is missing, damaged or made with another alphabet."""
    try:
        weights, about = load_tensors(path)
        checkpoint = Checkpoint(weights, about["settings"], tuple(about["symbols"]))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro train`") from None
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is damaged ({error}): delete it and run `dvc repro train`") from None
    if checkpoint.symbols != SYMBOLS:
        raise UserError(f"{path} was trained with another alphabet ({len(checkpoint.symbols)} symbols): train it again")
    return checkpoint
