"""Encoded splits: the symbols of a split as one array of ids, one byte each, with their vocabulary."""

from pathlib import Path

import numpy as np

from maestro_lstm.data.vocabulary.symbols import ID_OF_SYMBOL, SYMBOLS, Ids
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import damaged


def save_ids(path: Path, ids: Ids) -> None:
    save_arrays(path, {"ids": ids}, {"symbols": SYMBOLS})


def load_ids(path: Path) -> Ids:
    """(S,) uint8. Raises UserError, naming the file, where it is missing, damaged or in another vocabulary."""
    try:
        arrays, about = load_arrays(path)
        ids: Ids = arrays["ids"]
        symbols = tuple(about["symbols"])
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro -P`") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
    if symbols != SYMBOLS:
        raise UserError(f"{path} is in another alphabet ({len(symbols)} symbols): delete it and run `dvc repro -P`")
    if ids.dtype != np.uint8 or ids.ndim != 1 or (len(ids) and ids.max() >= len(SYMBOLS)):
        raise UserError(f"{path} does not hold ids of the {len(SYMBOLS)} symbols: delete it and run `dvc repro -P`")
    return ids


def encode(symbols: list[str], name: str = "symbols") -> Ids:
    """Symbols → ids, (S,) uint8. Raises UserError, calling the source `name`, for a symbol not in the vocabulary."""
    try:
        return np.fromiter((ID_OF_SYMBOL[symbol] for symbol in symbols), dtype=np.uint8, count=len(symbols))
    except KeyError as error:
        raise UserError(f"{name}: {error.args[0]!r} is not one of the {len(SYMBOLS)} symbols") from None
