"""The performer's reference: one recurrent step for each of the 388 events, with what sounds or without.

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
from maestro_lstm.model.note_rows import carried, sounding_table
from maestro_lstm.model.ranks import Dropout
from maestro_lstm.tokens.events import EVENTS, EventRows
from maestro_lstm.tokens.note_tokens import KEYS

BEGIN = EVENTS  # the event before the first
EMBEDDED = 128  # numbers an event, as many as the performer embeds of a note


@dataclass(frozen=True)
class EventBatch:
    """T events of B pieces, each to be said after the events before it."""

    events: Tensor  # (T + 1, B) the event before the first, and the events; `BEGIN` after a piece's end
    sounding: Tensor  # (T, B, 88) what sounds before each, as in `EventRows`
    valid: Tensor  # (T, B) whether there is an event
    fresh: Tensor  # (B,) whether a piece begins here, from a zero state


class EventNetwork(nn.Module):
    """Events in, nats of the next events out.

    Args:
        hidden: H.
        layers: L; the output sees all of them.
        dropout: share of a layer's outputs that training sets to zero.
        sounds: whether it sees what sounds.
    """

    def __init__(self, hidden: int, layers: int = 2, dropout: float = 0.0, sounds: bool = False) -> None:
        super().__init__()
        self.table: Tensor | None  # of what sounds, as numbers
        self.register_buffer("table", sounding_table() if sounds else None, persistent=False)
        self.embed = nn.Embedding(EVENTS + 1, EMBEDDED)
        inputs = EMBEDDED + KEYS * sounds
        self.layers = nn.ModuleList([TorchLSTM(hidden if k else inputs, hidden) for k in range(layers)])
        self.drop = Dropout(dropout)
        self.output = nn.Linear(layers * hidden, EVENTS)

    def nats(self, batch: EventBatch, state: State | None = None) -> tuple[Tensor, State]:
        """What it costs to say each event: (T, B) nats, 0 where there is none; the state, (L, B, H) each."""
        state = carried(state, batch.fresh)
        x = self.embed(batch.events[:-1])  # (T, B, 128)
        if self.table is not None:
            x = torch.cat((x, self.table[batch.sounding]), dim=2)  # (T, B, 216)
        shown, state = run_layers(self.layers, x, state, self.drop)
        scores = self.output(torch.cat(shown, dim=2)).float()  # (T, B, 388)
        said = batch.events[1:].clamp(max=EVENTS - 1)
        nats = F.cross_entropy(scores.flatten(0, 1), said.flatten(), reduction="none").view_as(said)
        return nats * batch.valid, state

    def matrices(self) -> Matrices:
        """The weights for Muon."""
        return matrices_of(self.layers, None)


def event_batch_of(parts: Sequence[tuple[EventRows, int]], length: int, device: str = "cpu") -> EventBatch:
    """The next T events of several pieces, each given with how many of its events were said before."""
    windows = np.full((length + 1, len(parts)), BEGIN, np.int64)
    sounding = np.zeros((length, len(parts), KEYS), np.int64)
    for b, (rows, first) in enumerate(parts):
        some = rows.events[max(first - 1, 0) : first + length]
        skip = int(first == 0)
        windows[skip : skip + len(some), b] = some
        sounds = rows.sounding[first : first + length]
        sounding[: len(sounds), b] = sounds
    whole, fresh = torch.from_numpy(windows).to(device), [first == 0 for _, first in parts]
    sounds_at = torch.from_numpy(sounding).to(device)
    return EventBatch(whole, sounds_at, whole[1:] != BEGIN, torch.tensor(fresh, device=device))
