"""What is learned from performances: the next note, or, for comparison, the next of 388 events."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from maestro_lstm.model import ranks
from maestro_lstm.model.event_network import EventNetwork, event_batch_of
from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import Matrices, Weights
from maestro_lstm.model.note_rows import batch_of
from maestro_lstm.model.note_transformer import NoteTransformer
from maestro_lstm.model.performer import Performer
from maestro_lstm.plumbing.choices import NetworkKind
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.plumbing.sharing import is_shared
from maestro_lstm.plumbing.sources import digest
from maestro_lstm.tokens.columns import Performances, open_performances
from maestro_lstm.tokens.events import to_event_rows, to_events
from maestro_lstm.tokens.note_tokens import on_the_piano, to_rows
from maestro_lstm.tokens.quantize import Steps, quantize
from maestro_lstm.training.autograd import AutogradEngine
from maestro_lstm.training.note_batches import Streams
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import BatchPlan

E = TypeVar("E")  # a piece as a network reads it


@dataclass(frozen=True)
class Coding(Generic[E]):
    """How a kind of network reads a piece."""

    encode: Callable[[Steps], E]
    batch_of: Callable[[Sequence[tuple[E, int]], int, str], Any]


CODINGS: dict[NetworkKind, Coding[Any]] = {
    "performer": Coding(to_rows, batch_of),
    "transformer": Coding(to_rows, batch_of),
    "events": Coding(to_event_rows, event_batch_of),
}


class NoteObjective:
    """The next step of a network of either coding."""

    def __init__(self, streams: Streams[Any], settings: Settings) -> None:
        self.streams, self.settings, self.batch_of = streams, settings, CODINGS[settings.kind].batch_of
        self.network = initial_network(settings).to(settings.device)

    def loss(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        batch = self.batch_of([self.streams.part(start) for start in starts.tolist()], length, self.settings.device)
        nats, state = self.network.nats(batch, state)
        # at least one: drawn faster, a piece is fewer events than were counted, and its last window may be empty
        steps = ranks.mean(batch.valid.sum()).clamp(min=1)
        return nats.sum() / steps * length, state  # a step's mean, times T: an update's loss is that of T

    def matrices(self) -> Matrices:
        return self.network.matrices()

    def weights_of(self, network: nn.Module) -> Weights:
        return {name: value.detach() for name, value in network.state_dict().items()}


@dataclass(frozen=True)
class NoteTask:
    """The task of a network of performances."""

    folder: Path  # of the training split's columns

    @cached_property
    def pieces(self) -> Performances:
        return open_performances(self.folder)

    def __getstate__(self) -> dict[str, Any]:
        """To another process as the folder's name, if it sees that; else with the columns."""
        if is_shared(self.folder):
            return {"folder": self.folder}
        return {"folder": self.folder, "pieces": self.pieces}

    def about(self) -> dict[str, Any]:
        content = hashlib.sha256(self.pieces.bounds.tobytes())
        for column in self.pieces.columns.values():
            content.update(np.ascontiguousarray(column).data)
        return {"data": content.hexdigest(), "network": digest("training.note_task")}

    def plan(self, run: Settings) -> BatchPlan:
        if run.kind == "events" and run.pedal == "events":
            raise BadSetting("performances.pedal: the 388 events have none for the pedal: use folded")
        sizes, drawn = sizes_of(self.pieces, run.kind), (run.epochs, run.transpose, run.stretch, run.seed)
        streams = Streams(self.pieces, sizes, run.seq_len, run.batch, *drawn, CODINGS[run.kind].encode)
        if not streams.updates:
            raise BadSetting(f"batch: {run.batch} windows of seq_len: {run.seq_len} are more than the train split has")
        n = min(streams.updates, run.symbols // (run.batch * run.seq_len)) if run.symbols else streams.updates
        starts = streams.starts()[:n]
        return BatchPlan(np.full(n, run.seq_len), starts, lambda: AutogradEngine(NoteObjective(streams, run), run))


def sizes_of(pieces: Performances, kind: NetworkKind) -> list[int]:
    """(P,) how many steps each piece is to a network; to one of events, before a piece is drawn in another tempo."""
    if kind == "events":
        return [len(to_events(quantize(piece))) for piece in pieces]
    return [int(on_the_piano(piece.pitch).sum()) for piece in pieces]


def initial_network(settings: Settings) -> Performer | EventNetwork:
    """The network before training: torch's default initialisation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        size = settings.hidden, settings.layers
        if settings.kind == "events":
            return EventNetwork(*size, settings.dropout, settings.sounds)
        network = NoteTransformer if settings.kind == "transformer" else Performer
        return network(*size, settings.head, settings.pedal == "events", settings.dropout, settings.look)
