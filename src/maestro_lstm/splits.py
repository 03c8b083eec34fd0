"""Encoded splits: a split's symbols as one array of ids, one byte each."""

from pathlib import Path
from typing import Literal, get_args

import numpy as np

from maestro_lstm.errors import UserError
from maestro_lstm.files import whole_file
from maestro_lstm.symbols import ID_OF_SYMBOL, SYMBOLS, Ids

Split = Literal["train", "validation", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)


def save_ids(path: Path, ids: Ids) -> None:
    with whole_file(path) as file:
        np.save(file, ids, allow_pickle=False)


def load_ids(path: Path) -> Ids:
    """(S,) uint8. Raises UserError, naming the file, where it is missing, damaged or holds an id off the alphabet."""
    try:
        ids: Ids = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro vocab`") from None
    except (ValueError, EOFError, OSError) as error:
        raise UserError(f"{path} is damaged ({error}): delete it and run `dvc repro vocab`") from None
    if ids.dtype != np.uint8 or ids.ndim != 1 or (len(ids) and ids.max() >= len(SYMBOLS)):
        raise UserError(f"{path} does not hold ids of the {len(SYMBOLS)} symbols: run `dvc repro -f vocab`")
    return ids


def encode(symbols: list[str], name: str = "symbols") -> Ids:
    """Symbols → ids, (S,) uint8. Raises UserError, calling the source `name`, for one that the alphabet lacks."""
    try:
        return np.fromiter((ID_OF_SYMBOL[symbol] for symbol in symbols), dtype=np.uint8, count=len(symbols))
    except KeyError as error:
        raise UserError(f"{name}: {error.args[0]!r} is not one of the {len(SYMBOLS)} symbols") from None
