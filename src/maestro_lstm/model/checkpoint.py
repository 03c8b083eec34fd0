"""A trained network of any kind in one file: weights, vocabulary and the settings it was trained with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

from maestro_lstm.model.event_network import EventNetwork
from maestro_lstm.model.look import size_in
from maestro_lstm.model.network import Weights, shapes_of
from maestro_lstm.model.performer import Performer
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.choices import LookSize, NetworkKind
from maestro_lstm.plumbing.errors import NotMade, UserError
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.tokens.vocabulary import SYMBOLS

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
        shapes_of(len(SYMBOLS), hidden, layers, settings["skips"], _look_in(path, checkpoint)),
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


M = TypeVar("M", bound=nn.Module)
HEADS_SEE = 1000  # numbers at least that the heads see and say, beside the layers


def load_performer(path: Path, read: Checkpoint | None = None) -> Performer:
    """Raises UserError, naming the file, where it is missing, damaged, or holds a network of another kind."""
    checkpoint = _of_kind(path, "performer", read)
    settings = checkpoint.settings
    head, pedal = settings.get("head", 0), settings.get("pedal", "folded")
    if type(head) is not int or not 1 <= head <= MOST or pedal not in ("folded", "events"):
        raise UserError(f"{path} is damaged (head: {head!r}, pedal: {pedal!r}): train it again")
    hidden, layers = settings["hidden"], settings["layers"]
    size = hidden, layers, head, pedal == "events"
    heads, look = head * (4 * layers * hidden + HEADS_SEE), _look_in(path, checkpoint)
    return _filled(path, checkpoint, lambda: Performer(*size, look=look), heads, "that plays, of its settings")


def load_events_network(path: Path, read: Checkpoint | None = None) -> EventNetwork:
    """The reference, one step an event. Raises UserError as `load_performer` does."""
    checkpoint = _of_kind(path, "events", read)
    size = checkpoint.settings["hidden"], checkpoint.settings["layers"]
    sounds = bool(checkpoint.settings.get("sounds"))
    return _filled(path, checkpoint, lambda: EventNetwork(*size, sounds=sounds), 0, "of 388 events")


def load_note_network(path: Path) -> Performer | EventNetwork:
    """A network of performances of either kind. Raises UserError as `load_performer` does."""
    checkpoint = read_checkpoint(path)
    load = load_events_network if checkpoint.settings["kind"] == "events" else load_performer
    return load(path, checkpoint)


def _look_in(path: Path, checkpoint: Checkpoint) -> LookSize | None:
    """How the network looks back. Raises UserError, naming the file, where its weights do not allow it."""
    try:
        look = size_in(checkpoint.weights)
        there = sum(value.numel() for value in checkpoint.weights.values())
        if look and 4 * look.whole * checkpoint.settings["hidden"] > there:  # a file may ask for more than there is
            raise ValueError(f"it has {there:,} weights")
    except (OverflowError, TypeError, ValueError) as error:
        raise UserError(f"{path} does not hold a network that looks back ({error}): train it again") from None
    return look


def _filled(path: Path, checkpoint: Checkpoint, make: Callable[[], M], beside: int, what: str) -> M:
    """A network with the checkpoint's weights, of which at least `beside` are not the layers'."""
    settings, there = checkpoint.settings, sum(value.numel() for value in checkpoint.weights.values())
    if 4 * settings["layers"] * settings["hidden"] ** 2 + beside > there:  # a file may ask for more than there is
        raise UserError(f"{path} does not hold a network {what} (it has {there:,} weights): train it again")
    network = make()
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    check_shapes(path, checkpoint, expected, what)
    network.load_state_dict(checkpoint.weights)
    return network.eval()


def _of_kind(path: Path, kind: NetworkKind, read: Checkpoint | None = None) -> Checkpoint:
    checkpoint = read or read_checkpoint(path)
    found = checkpoint.settings["kind"]
    if found != kind:
        raise UserError(f"{path} holds a network of another kind ({found}), not a {kind}")
    return checkpoint
