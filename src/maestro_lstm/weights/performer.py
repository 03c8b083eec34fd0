"""A trained network of performances, from its file."""

from pathlib import Path

import torch

from maestro_lstm.choices import NetworkKind
from maestro_lstm.data.performances.events import EVENTS
from maestro_lstm.model.networks.network import Network, shapes_of
from maestro_lstm.model.performer.network import Performer
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.weights.checkpoint import Checkpoint, check_shapes, read_checkpoint


def load_performer(path: Path) -> Performer:
    """Raises UserError, naming the file, where it is missing, damaged, or holds a network of another kind."""
    checkpoint = _of_kind(path, "performer")
    settings = checkpoint.settings
    head, pedal = settings.get("head", 0), settings.get("pedal", "folded")
    if type(head) is not int or not 1 <= head <= 1 << 20 or pedal not in ("folded", "events"):
        raise UserError(f"{path} is damaged (head: {head!r}, pedal: {pedal!r}): train it again")
    size = settings["hidden"], settings.get("layers", 1), head, pedal == "events"
    with torch.device("meta"):  # a file may ask for more memory than there is
        known = Performer(*size)
    expected = {name: tuple(value.shape) for name, value in known.state_dict().items()}
    check_shapes(path, checkpoint, expected, "that plays, of its settings")
    network = Performer(*size)
    network.load_state_dict(checkpoint.weights)
    return network.eval()


def load_events_network(path: Path) -> Network:
    """The reference, one step an event. Raises UserError as `load_performer` does."""
    checkpoint = _of_kind(path, "events")
    settings = checkpoint.settings
    deep = settings.get("layers", 1), settings.get("skips", False)
    check_shapes(path, checkpoint, shapes_of(EVENTS + 1, settings["hidden"], *deep), "of 388 events")
    network = Network(EVENTS + 1, settings["hidden"], "torch", *deep)
    network.load_weights(checkpoint.weights)
    return network.eval()


def _of_kind(path: Path, kind: NetworkKind) -> Checkpoint:
    checkpoint = read_checkpoint(path)
    found = checkpoint.settings.get("kind", "symbols")
    if found != kind:
        raise UserError(f"{path} holds a network of another kind ({found}), not a {kind}")
    return checkpoint
