"""The networks that come with the package: half precision, with what is known of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.model.look import SIZE
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import damaged

FOLDER = Path(__file__).parent
LICENCE = "CC BY-NC-SA 4.0"  # as MAESTRO asks of what is made from it


def shipped() -> list[str]:
    """The names of the networks that are there."""
    return sorted(path.stem for path in FOLDER.glob("*.safetensors"))


def network_file(word: str) -> Path:
    """The file of a network by its name, or by its path. Raises UserError where it is neither."""
    if word in shipped():
        return FOLDER / f"{word}.safetensors"
    if not Path(word).is_file():
        raise UserError(f"{word} is not a network; use {', '.join(shipped())}, or the file of a trained one")
    return Path(word)


def export(checkpoint: Checkpoint, path: Path, told: Mapping[str, Any]) -> None:
    """Write a network, its weights rounded to float16. `told`: what is known of it, such as its figures on test."""
    weights = {
        name: (value if name == SIZE else value.half()).numpy()  # a memory may be more rows than float16 can count
        for name, value in checkpoint.weights.items()
    }
    about = {"settings": checkpoint.settings, "symbols": checkpoint.symbols, "told": dict(told)}
    save_arrays(path, weights, about)


def told_of(path: Path) -> dict[str, Any]:
    """What `export` was told; empty for a network that was not exported. Raises UserError where it is damaged."""
    try:
        _, about = load_arrays(path)
        return dict(about.get("told", {}))
    except (AttributeError, OSError, TypeError, ValueError) as error:
        raise damaged(path, error) from None
