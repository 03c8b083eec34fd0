"""A trained network of performances, from its file."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from torch import nn

from maestro_lstm.model.checkpoint import MOST, Checkpoint, check_shapes, read_checkpoint
from maestro_lstm.performer.event_network import EventNetwork
from maestro_lstm.performer.network import Performer
from maestro_lstm.plumbing.choices import NetworkKind
from maestro_lstm.plumbing.errors import UserError

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
    heads = head * (4 * layers * hidden + HEADS_SEE)
    return _filled(path, checkpoint, lambda: Performer(*size), heads, "that plays, of its settings")


def load_events_network(path: Path) -> EventNetwork:
    """The reference, one step an event. Raises UserError as `load_performer` does."""
    checkpoint = _of_kind(path, "events")
    size = checkpoint.settings["hidden"], checkpoint.settings["layers"]
    return _filled(path, checkpoint, lambda: EventNetwork(*size), 0, "of 388 events")


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
