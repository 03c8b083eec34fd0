"""The performer's reference: one recurrent step for each of the 388 events.

T events, B pieces, H hidden, L layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import Matrices, TorchLSTM, matrices_of, run_layers
from maestro_lstm.model.note_rows import carried
from maestro_lstm.model.ranks import Dropout
from maestro_lstm.tokens.events import EVENTS, Events

BEGIN = EVENTS  # the event before the first
EMBEDDED = 128  # numbers an event, as many as the performer embeds of a note


@dataclass(frozen=True)
class EventBatch:
    """T events of B pieces, each to be said after the events before it."""

    events: Tensor  # (T + 1, B) the event before the first, and the events; `BEGIN` after a piece's end
    valid: Tensor  # (T, B) whether there is an event
    fresh: Tensor  # (B,) whether a piece begins here, from a zero state


class EventNetwork(nn.Module):
    """Events in, nats of the next events out.

    Args:
        hidden: H.
        layers: L; the output sees all of them.
        dropout: share of a layer's outputs that training sets to zero.
    """

    def __init__(self, hidden: int, layers: int = 2, dropout: float = 0.0) -> None:
        super().__init__()
        self.embed = nn.Embedding(EVENTS + 1, EMBEDDED)
        self.layers = nn.ModuleList([TorchLSTM(hidden if k else EMBEDDED, hidden) for k in range(layers)])
        self.drop = Dropout(dropout)
        self.output = nn.Linear(layers * hidden, EVENTS)

    def nats(self, batch: EventBatch, state: State | None = None) -> tuple[Tensor, State]:
        """What it costs to say each event: (T, B) nats, 0 where there is none; the state, (L, B, H) each."""
        state = carried(state, batch.fresh)
        x = self.embed(batch.events[:-1])  # (T, B, 128)
        shown, state = run_layers(self.layers, x, state, self.drop)
        scores = self.output(torch.cat(shown, dim=2)).float()  # (T, B, 388)
        said = batch.events[1:].clamp(max=EVENTS - 1)
        nats = F.cross_entropy(scores.flatten(0, 1), said.flatten(), reduction="none").view_as(said)
        return nats * batch.valid, state

    def matrices(self) -> Matrices:
        """The weights for Muon."""
        return matrices_of(self.layers, None)


def event_batch_of(parts: Sequence[tuple[Events, int]], length: int, device: str = "cpu") -> EventBatch:
    """The next T events of several pieces, each given with how many of its events were said before."""
    windows = np.full((length + 1, len(parts)), BEGIN, np.int64)
    for b, (events, first) in enumerate(parts):
        some = events[max(first - 1, 0) : first + length]
        skip = int(first == 0)
        windows[skip : skip + len(some), b] = some
    whole = torch.from_numpy(windows).to(device)
    return EventBatch(whole, whole[1:] != BEGIN, torch.tensor([first == 0 for _, first in parts], device=device))
