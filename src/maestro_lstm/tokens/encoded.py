"""Encoded splits: the symbols of a split as one array of ids, one byte each, with their vocabulary."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from maestro_lstm.plumbing.arrays import map_bytes, save_bytes
from maestro_lstm.plumbing.errors import NotMade, UserError
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.tokens.vocabulary import ID_OF_SYMBOL, SYMBOLS, Ids


def save_ids(path: Path, parts: Iterable[Ids]) -> None:
    """Write a split, whose ids may come in parts."""
    save_bytes(path, "ids", parts, {"symbols": SYMBOLS})


def load_ids(path: Path) -> Ids:
    """(S,) uint8, mapped into memory. Raises UserError, naming the file, where it is missing, damaged or in another
    vocabulary."""
    try:
        ids, about = map_bytes(path, "ids")
        symbols = tuple(about["symbols"])
    except FileNotFoundError:
        raise NotMade(f"{path} is missing") from None
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
    if symbols != SYMBOLS:
        raise NotMade(f"{path} is in another alphabet ({len(symbols)} symbols)", is_there=True)
    if len(ids) and ids.max() >= len(SYMBOLS):
        raise NotMade(f"{path} does not hold ids of the {len(SYMBOLS)} symbols", is_there=True)
    return ids


def encode(symbols: list[str], name: str = "symbols") -> Ids:
    """Symbols → ids, (S,) uint8. Raises UserError, calling the source `name`, for a symbol not in the vocabulary."""
    try:
        return np.fromiter((ID_OF_SYMBOL[symbol] for symbol in symbols), dtype=np.uint8, count=len(symbols))
    except KeyError as error:
        raise UserError(f"{name}: {error.args[0]!r} is not one of the {len(SYMBOLS)} symbols") from None
