"""What is learned from performances: the next note, or, for comparison, the next of 388 events."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from maestro_lstm.choices import NetworkKind
from maestro_lstm.data.performances.columns import Performances, open_performances
from maestro_lstm.data.performances.events import EVENTS, Events, to_events
from maestro_lstm.data.performances.rows import Rows, on_the_piano, to_rows
from maestro_lstm.data.performances.steps import to_steps
from maestro_lstm.model.networks.lstm import State
from maestro_lstm.model.networks.network import Network, Weights, initial_weights
from maestro_lstm.model.performer.batch import FIELDS, batch_of
from maestro_lstm.model.performer.network import Performer
from maestro_lstm.model.performer.streams import Streams
from maestro_lstm.model.training.autograd import AutogradRun
from maestro_lstm.model.training.learners import OneByOne
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.tasks import Course
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.sources import digest

BEGIN = EVENTS  # the event before the first


class PerformerLesson:
    """The next row."""

    def __init__(self, streams: Streams[Rows], settings: Settings) -> None:
        self.streams, self.settings = streams, settings
        self.network = performer_of(settings)
        self.network.load_state_dict(initial_performer(settings))
        self.network.to(settings.device)

    def loss(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        batch = batch_of([self.streams.part(start) for start in starts.tolist()], length, self.settings.device)
        _fix_dropout(self.settings, starts)
        nats, state = self.network.nats(batch, state)
        return nats.sum() / batch.valid.sum() * length, state  # a row's mean, times T: an update's loss is that of T

    def matrices(self) -> list[Tensor]:
        """Those of the layers, and what the heads see: one for each, four in all."""
        layers = [weight for weight in self.network.layers.parameters() if weight.ndim == 2]
        return [*layers, self.network.seen.weight]

    def weights(self) -> Weights:
        return {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}


class EventLesson:
    """The next event."""

    def __init__(self, streams: Streams[Events], settings: Settings) -> None:
        self.streams, self.settings = streams, settings
        deep = settings.layers, settings.skips
        self.network = Network(EVENTS + 1, settings.hidden, "torch", *deep)
        self.network.load_weights(initial_weights(EVENTS + 1, settings.hidden, settings.seed, *deep))
        self.network.to(settings.device)

    def loss(self, starts: Tensor, length: int, state: State | None) -> tuple[Tensor, State]:
        parts = [self.streams.part(start) for start in starts.tolist()]
        events = torch.from_numpy(windows_of_events(parts, length)).to(self.settings.device)  # (T + 1, B)
        if state is not None:
            keep = torch.tensor([first > 0 for _, first in parts], device=events.device)[None, :, None]
            state = (state[0] * keep, state[1] * keep)
        nats, state = event_nats(self.network, events, state)
        return nats.sum() / (events[1:] != BEGIN).sum() * length, state

    def matrices(self) -> list[Tensor]:
        return [weight for weight in self.network.layers.parameters() if weight.ndim == 2]

    def weights(self) -> Weights:
        return self.network.weights()


@dataclass(frozen=True)
class Playing:
    """The task of a network of performances; it travels as the folder's name."""

    folder: Path  # of the training split's columns

    @cached_property
    def pieces(self) -> Performances:
        return open_performances(self.folder)

    def about(self) -> dict[str, Any]:
        content = hashlib.sha256(self.pieces.bounds.tobytes())
        for column in self.pieces.columns.values():
            content.update(np.ascontiguousarray(column).data)
        return {"data": content.hexdigest(), "network": digest("model.performer.lessons")}

    def course(self, runs: Sequence[Settings]) -> Course:
        (run,) = runs
        kind = run.kind
        encode = to_events if kind == "events" else to_rows
        drawn = run.epochs, run.transpose, run.stretch, run.seed
        streams: Streams[Any] = Streams(
            self.pieces, sizes_of(self.pieces, kind), run.seq_len, run.batch, *drawn, encode
        )
        if not streams.updates:
            raise UserError(
                f"params.yaml: batch: {run.batch} windows of seq_len: {run.seq_len} are more than the train split has"
            )
        n = min(streams.updates, run.symbols // (run.batch * run.seq_len)) if run.symbols else streams.updates
        lesson: type[EventLesson | PerformerLesson] = EventLesson if kind == "events" else PerformerLesson
        return Course(
            np.full(n, run.seq_len),
            streams.starts()[None, :n],
            lambda: OneByOne([AutogradRun(lesson(streams, run), run)]),
        )


def sizes_of(pieces: Performances, kind: NetworkKind) -> list[int]:
    """(P,) how many steps each piece is to a network; to one of events, before a piece is drawn in another tempo."""
    if kind == "events":
        return [len(to_events(to_steps(piece))) for piece in pieces]
    return [int(on_the_piano(piece.pitch).sum()) for piece in pieces]


def performer_of(settings: Settings) -> Performer:
    return Performer(settings.hidden, settings.layers, settings.head, settings.pedal == "events", settings.dropout)


def initial_performer(settings: Settings) -> Weights:
    """The weights before training: torch's default initialisation."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return performer_of(settings).state_dict()


def windows_of_events(parts: Sequence[tuple[Events, int]], length: int) -> np.ndarray:
    """The next T events of several pieces, each after the one before: (T + 1, B) int64. `BEGIN` stands before a piece
    and after its end."""
    windows = np.full((length + 1, len(parts)), BEGIN, np.int64)
    for b, (events, first) in enumerate(parts):
        some = events[max(first - 1, 0) : first + length]
        skip = int(first == 0)
        windows[skip : skip + len(some), b] = some
    return windows


def event_nats(network: Network, events: Tensor, state: State | None) -> tuple[Tensor, State]:
    """What it costs to say each event after the first: (T + 1, B) → (T, B) nats, 0 where there is none; the state."""
    scores, state = network(events[:-1], state)
    said = events[1:]
    nats = F.cross_entropy(
        scores[..., :EVENTS].flatten(0, 1).float(), said.clamp(max=EVENTS - 1).flatten(), reduction="none"
    )
    return nats.view_as(said) * (said != BEGIN), state


def _fix_dropout(settings: Settings, starts: Tensor) -> None:
    """What an update drops follows from the seed and the place: a training that was stopped drops the same again."""
    if settings.dropout:
        torch.manual_seed((settings.seed << 40) + int(starts[0]))


assert len(FIELDS) == 4  # as many heads as an LSTM has gates: Muon takes both as four matrices
