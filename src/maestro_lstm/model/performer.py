"""A network that plays: one recurrent step a note, four chained heads.

A piece is rows r₁ … r_N, each a delta d (steps since the onset before), a pitch p, a force v and a duration u:

    P(r₁ … r_N) = ∏ₙ P(dₙ | h) · P(pₙ | dₙ, h) · P(vₙ | dₙ, pₙ, h) · P(uₙ | dₙ, pₙ, vₙ, h),   h = LSTM(r₁ … rₙ₋₁)

(predicting the four independently is worse). Two facts of played music are built in:

- What sounds: the time that each of the 88 keys has left is an input of the recurrent step, and of the heads.
- Two ways to say a time: as one of `CLASSES` classes, uniform inside, or as "when the k-th of what sounds ends, or a
  few steps from it". A chord held by the pedal ends together, one held by the fingers nearly so, and a pitch that is
  struck again ends the note before. The probability of a time is the sum over the ways of saying it, so nothing is said
  twice and all probabilities sum to one.

T rows, B pieces, H hidden, L layers, I inputs, M width of a head, C time classes, K ends (`ENDS`), N places near an
end (`NEAR`).
"""

from collections.abc import Mapping, Sequence
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from maestro_lstm.model.look import Look
from maestro_lstm.model.lstm import State
from maestro_lstm.model.network import Matrices, TorchLSTM, matrices_of, run_layers
from maestro_lstm.model.note_rows import Batch, Said, carried, sounding_table
from maestro_lstm.model.ranks import Dropout
from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.tokens.note_tokens import ENDS, FIELDS, KEYS, SOUNDS, START
from maestro_lstm.tokens.quantize import BINS, CLASS_OF, CLASSES, LONGEST, WIDTH

WIDTHS = {"delta": 32, "pitch": 48, "force": 16, "duration": 32}  # of the embeddings
NEAR = 7  # steps around an end that can be said: 3 before it to 3 after it
SEEN = 4  # ends that the release head sees as classes, beside all of them as numbers
NEVER = -1e9  # a score


class Performer(nn.Module):
    """Rows in, nats of the next rows out.

    Args:
        hidden: H.
        layers: L; the heads see all of them.
        head: M.
        pedal: whether the pedal has rows of its own.
        dropout: share of a layer's outputs that training sets to zero.
        look: how it looks back, after the first layer.
    """

    def __init__(
        self,
        hidden: int,
        layers: int = 2,
        head: int = 256,
        pedal: bool = False,
        dropout: float = 0.0,
        look: LookSize | None = None,
    ) -> None:
        super().__init__()
        self.class_of: Tensor  # tables
        self.log_width: Tensor
        self.left: Tensor
        self.near: Tensor
        self.pitches = KEYS + 2 * pedal
        sizes = {"delta": CLASSES, "pitch": START + 1, "force": BINS, "duration": CLASSES}
        self.embed = nn.ModuleDict({name: nn.Embedding(n, WIDTHS[name]) for name, n in sizes.items()})
        said = [*WIDTHS.values()]
        inputs = sum(said) + KEYS + ENDS  # I
        shown = self.make_body(inputs, hidden, layers, dropout, look)
        self.seen = nn.Linear(shown, len(FIELDS) * head)
        # what each head sees beside the hidden states: what was said of the note, and what sounds
        beside = (ENDS, said[0] + KEYS, sum(said[:2]) + KEYS, sum(said[:3]) + KEYS + ENDS + SEEN * said[3])
        outputs = (CLASSES + ENDS * NEAR, self.pitches, BINS, CLASSES + ENDS * NEAR)
        self.beside = nn.ModuleList([nn.Linear(n, head, bias=False) for n in beside])
        self.says = nn.ModuleList([nn.Linear(head, n) for n in outputs])
        tables = {
            "class_of": torch.from_numpy(CLASS_OF).long(),
            "log_width": torch.from_numpy(WIDTH).log(),
            "left": sounding_table(),
            "near": torch.arange(NEAR) - NEAR // 2,
        }
        for name, table in tables.items():
            self.register_buffer(name, table, persistent=False)

    def make_body(self, inputs: int, hidden: int, layers: int, dropout: float, look: LookSize | None) -> int:
        """What lies between the inputs and the heads. Returns how many numbers it shows of a row."""
        self.layers = nn.ModuleList([TorchLSTM(hidden if k else inputs, hidden) for k in range(layers)])
        self.look = Look(look, hidden, inputs) if look else None
        self.drop = Dropout(dropout)
        return layers * hidden

    def body(self, x: Tensor, state: State | None) -> tuple[Tensor, State]:
        """(T, B, I) → what the layers show after each row, (T, B, L H), and the state after the last."""
        look = partial(self.look, x) if self.look else None
        shown, state = run_layers(self.layers, x, state, self.drop, look=look)
        return torch.cat(shown, dim=2), state

    def run(self, before: Said, state: State | None = None) -> tuple[Tensor, State]:
        """Rows (T, B) → what the body shows after each, and the state after the last."""
        sounding = self.sounding(before)  # (T, B, 88)
        x = torch.cat((*self.embedded(before).values(), sounding, _far(before.ends)), dim=2)  # (T, B, I)
        return self.body(x, state)

    def scores(self, batch: Batch, state: State | None = None) -> tuple[list[Tensor], State]:
        """What each head says of each row, before any softmax: 4 × (T, B, …); and the state."""
        shown, state = self.run(batch.before, carried(state, batch.fresh))
        own = self.seen(shown).chunk(len(FIELDS), dim=2)  # 4 × (T, B, M)
        said, left = self.embedded(batch.rows), self.left[batch.rows.left]
        ends = batch.before.ends, None, None, ends_at(batch.before.ends, batch.rows.delta)
        return [self.head(k, own[k], said, left, ends[k]) for k in range(len(FIELDS))], state

    def head(self, k: int, own: Tensor, said: Mapping[str, Tensor], left: Tensor, ends: Tensor | None) -> Tensor:
        """What is said of field k, (T, B, …).

        Args:
            own: (T, B, M) its part of what is seen.
            said: the fields before it, embedded, (T, B, …) each.
            left: (T, B, 88) the time that each key has left at the note's own onset.
            ends: (T, B, K) the ends to come: of a delta from the onset before, of a duration from the note's own.
        """
        beside = [said[name] for name in FIELDS[:k]]
        if k:
            beside.append(left)
        if ends is not None:
            beside.append(_far(ends))
            if k:
                beside.append(self.as_classes(ends))
        scores: Tensor = self.says[k](F.relu(own + self.beside[k](torch.cat(beside, dim=2))))
        return scores.float()

    def nats(self, batch: Batch, state: State | None = None) -> tuple[Tensor, State]:
        """What it costs to say each row: (T, B, 4) nats, by field; 0 where there is no row; and the state."""
        scores, state = self.scores(batch, state)
        return self.cost(scores, batch), state

    def cost(self, scores: Sequence[Tensor], batch: Batch) -> Tensor:
        """What each head says, 4 × (T, B, …), as nats, (T, B, 4)."""
        rows, ends = batch.rows, batch.before.ends
        note = rows.pitch < KEYS  # the pedal has no force and no duration
        by_field = (
            self.time_nats(scores[0], rows.delta, ends),
            _nats(scores[1], rows.pitch),
            _nats(scores[2], rows.force) * note,
            self.time_nats(scores[3], rows.duration, ends_at(ends, rows.delta), least=1) * note,
        )
        return torch.stack(by_field, dim=2) * batch.valid[..., None]

    def time_nats(self, scores: Tensor, time: Tensor, ends: Tensor, least: int = 0) -> Tensor:
        """(T, B, C + K N), (T, B), (T, B, K) → (T, B): both ways of saying a time, together.

        Args:
            least: steps; a duration is not 0.
        """
        log_p = self.time_log_p(scores, ends, least)
        kind = self.class_of[time][..., None]  # (T, B, 1)
        as_class = log_p.gather(2, kind) - self.log_width[kind]
        place = time[..., None] - ends + NEAR // 2  # (T, B, K) among those near each end
        there = (place >= 0) & (place < NEAR)
        near = log_p[..., CLASSES:].reshape(*ends.shape, NEAR)  # (T, B, K, N)
        as_end = near.gather(3, place.clamp(0, NEAR - 1)[..., None])[..., 0]  # (T, B, K)
        return -torch.cat((as_class, torch.where(there, as_end, NEVER)), dim=2).logsumexp(dim=2)

    def time_log_p(self, scores: Tensor, ends: Tensor, least: int) -> Tensor:
        """(…, C + K N), (…, K) → (…, C + K N) of each way of saying a time. What is not there, or comes before `least`,
        cannot be said."""
        classes, near = scores[..., :CLASSES], scores[..., CLASSES:].reshape(*ends.shape, NEAR)
        early = torch.arange(CLASSES, device=scores.device) < least
        times = ends[..., None] + self.near  # (…, K, N)
        can = (ends[..., None] > 0) & (times >= least) & (times <= LONGEST)
        said = (torch.where(early, NEVER, classes), torch.where(can, near, NEVER).flatten(-2))
        return torch.cat(said, dim=-1).log_softmax(dim=-1)

    def matrices(self) -> Matrices:
        """The weights for Muon."""
        found = matrices_of(self.layers, self.look)
        found[len(FIELDS)].append(self.seen.weight)  # as many heads as an LSTM has gates
        return found

    def embedded(self, rows: Said) -> dict[str, Tensor]:
        """(T, B) → (T, B, …) of each field."""
        return {
            "delta": self.embed["delta"](self.class_of[rows.delta]),
            "pitch": self.embed["pitch"](rows.pitch),
            "force": self.embed["force"](rows.force),
            "duration": self.embed["duration"](self.class_of[rows.duration]),
        }

    def as_classes(self, ends: Tensor) -> Tensor:
        """The first ends, embedded like durations: (T, B, K) → (T, B, …)."""
        embedded: Tensor = self.embed["duration"](self.class_of[ends[..., :SEEN]])
        return embedded.flatten(2)

    def sounding(self, rows: Said) -> Tensor:
        """The time that each key has left once a row has begun, (T, B, 88)."""
        keys = torch.arange(KEYS, device=rows.pitch.device)
        own = SOUNDS + self.class_of[rows.duration]  # (T, B)
        return self.left[torch.where(rows.pitch[..., None] == keys, own[..., None], rows.left)]


def ends_at(before: Tensor, delta: Tensor) -> Tensor:
    """The ends to come, seen from a later onset: (T, B, K), (T, B) → (T, B, K); 0 for those that have come."""
    return (before - delta[..., None]).clamp(min=0)


def _far(ends: Tensor) -> Tensor:
    """Times as inputs, about 0 to 3; −1 for none."""
    return torch.where(ends > 0, ends.float().log1p() / 4, -1.0)


def _nats(scores: Tensor, said: Tensor) -> Tensor:
    """(T, B, N), (T, B) → (T, B)"""
    possible = said.clamp(max=scores.shape[2] - 1)  # beyond: rows that do not count
    return F.cross_entropy(scores.flatten(0, 1), possible.flatten(), reduction="none").view_as(said)
