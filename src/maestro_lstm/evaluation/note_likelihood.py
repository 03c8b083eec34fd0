"""What it costs a network to say the notes of performances it has not seen, in nats, note by note.

Two ways: the state carried through each whole piece from its beginning; and *cold*, a window at a time, each from a
zero state and as if nothing had sounded before, as the published figures of transformers are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from maestro_lstm.model.event_network import EventNetwork, event_batch_of
from maestro_lstm.model.lstm import State
from maestro_lstm.model.note_rows import Batch, batch_of
from maestro_lstm.model.performer import NEAR, Performer, ends_at
from maestro_lstm.plumbing.progress import patience
from maestro_lstm.tokens.events import EventRows, sounding_in, to_event_rows
from maestro_lstm.tokens.note_tokens import FIELDS, Rows, to_rows
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import CLASSES, Steps, quantize

Doubles = npt.NDArray[np.float64]

SIDE_BY_SIDE = 32  # pieces
STRETCH = 512  # steps of a network at a time
COLD_EVENTS = 2048  # of a window, as published
COLD_NOTES = 506  # as many in the mean


@dataclass(frozen=True)
class Cost:
    """A split's notes, one after the other, piece by piece."""

    nats: Doubles  # (N, 4) of each field, `FIELDS`
    right: npt.NDArray[np.bool_]  # (N, 4) whether a field's likeliest value was the one that came
    piece: npt.NDArray[np.int64]  # (N,) from 0
    position: npt.NDArray[np.int64]  # (N,) notes before it in its piece

    @property
    def by_piece(self) -> Doubles:
        """(P,) all nats of each piece; of those at the end that have no note, none."""
        return np.bincount(self.piece, self.nats.sum(axis=1)).astype(np.float64)


@dataclass(frozen=True)
class Likelihood:
    """What a split costs a network."""

    by_piece: Doubles  # (P,) nats of each piece, the state carried
    cold: float  # nats of all
    notes: Cost | None  # note by note, of a network that takes a step a note


def likelihood_of(network: Performer | EventNetwork, pieces: Sequence[Performance], device: str = "cpu") -> Likelihood:
    """Both ways."""
    if isinstance(network, EventNetwork):
        return Likelihood(event_cost(network, pieces, device), cold_event_nats(network, pieces, device), None)
    cost = cost_of(network, pieces, device)
    return Likelihood(cost.by_piece, cold_nats(network, pieces, device), cost)


def carried_nats(network: Performer | EventNetwork, pieces: Sequence[Performance], device: str = "cpu") -> Doubles:
    """(P,) all nats of each piece, the state carried."""
    if isinstance(network, EventNetwork):
        return event_cost(network, pieces, device)
    return cost_of(network, pieces, device).by_piece


def cost_of(network: Performer, pieces: Sequence[Performance], device: str = "cpu") -> Cost:
    """Each piece from its beginning, the state carried."""
    return _cost(network, [to_rows(quantize(piece)) for piece in pieces], device)


def cold_nats(network: Performer, pieces: Sequence[Performance], device: str = "cpu") -> float:
    """All nats of all pieces, a window of `COLD_NOTES` at a time; each window is a piece of its own, whose first note
    comes when it came after the note before."""
    windows = [window for piece in pieces for window in _windows(quantize(piece))]
    return float(_cost(network, [to_rows(window) for window in windows], device).nats.sum())


def event_cost(network: EventNetwork, pieces: Sequence[Performance], device: str = "cpu") -> Doubles:
    """(P,) all nats of each piece for a network of events, the state carried."""
    return _event_cost(network, [to_event_rows(quantize(piece)) for piece in pieces], device)


def cold_event_nats(network: EventNetwork, pieces: Sequence[Performance], device: str = "cpu") -> float:
    """All nats of all pieces, a window of `COLD_EVENTS` at a time."""
    windows = [window for piece in pieces for window in _event_windows(to_event_rows(quantize(piece)))]
    return float(_event_cost(network, windows, device).sum())


def _windows(steps: Steps) -> Iterator[Steps]:
    for first in range(0, len(steps), COLD_NOTES):
        some = slice(first, first + COLD_NOTES)
        begin = int(steps.onset[first - 1]) if first else 0
        yield Steps(steps.onset[some] - begin, steps.release[some] - begin, steps.pitch[some], steps.bin[some])


def _event_windows(rows: EventRows) -> Iterator[EventRows]:
    for first in range(0, len(rows), COLD_EVENTS):
        some = slice(first, first + COLD_EVENTS)
        yield EventRows(rows.events[some], sounding_in(rows.events[some]))


@torch.inference_mode()
def _cost(network: Performer, pieces: Sequence[Rows], device: str) -> Cost:
    network = network.to(device).eval()
    nats: list[Doubles] = [np.empty((0, len(FIELDS)))] * len(pieces)
    right: list[npt.NDArray[np.bool_]] = [np.empty((0, len(FIELDS)), np.bool_)] * len(pieces)
    for group in _alike([len(piece) - 1 for piece in pieces]):
        state: State | None = None
        longest = max(len(pieces[k]) for k in group) - 1
        costs, hits = [], []
        with patience("predict", longest, "note") as bar:
            for first in range(0, longest, STRETCH):
                parts = [(pieces[k], min(first, len(pieces[k]) - 1)) for k in group]
                batch = batch_of(parts, min(STRETCH, longest - first), device)
                scores, state = network.scores(batch, state)
                costs.append(network.cost(scores, batch).cpu().double())
                hits.append(_right(network, batch, scores).cpu())
                bar.update(min(STRETCH, longest - first))
        whole, hit = torch.cat(costs).numpy(), torch.cat(hits).numpy()  # (T, B, 4)
        for b, k in enumerate(group):
            nats[k], right[k] = whole[: len(pieces[k]) - 1, b], hit[: len(pieces[k]) - 1, b]
    lengths = [len(one) for one in nats]
    return Cost(
        np.concatenate(nats),
        np.concatenate(right),
        np.repeat(np.arange(len(pieces)), lengths),
        np.concatenate([np.arange(length) for length in lengths]),
    )


@torch.inference_mode()
def _event_cost(network: EventNetwork, pieces: Sequence[EventRows], device: str) -> Doubles:
    network = network.to(device).eval()
    total = np.zeros(len(pieces))
    for group in _alike([len(piece) for piece in pieces]):
        state: State | None = None
        for first in range(0, max(len(pieces[k]) for k in group), STRETCH):
            parts = [(pieces[k], first) for k in group]
            cost, state = network.nats(event_batch_of(parts, STRETCH, device), state)
            for b, k in enumerate(group):
                total[k] += float(cost[:, b].double().sum())
    return total


def _alike(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Pieces side by side, those of about one length together."""
    order = sorted(range(len(lengths)), key=lambda k: lengths[k])
    yield from (order[at : at + SIDE_BY_SIDE] for at in range(0, len(order), SIDE_BY_SIDE))


def _right(network: Performer, batch: Batch, scores: Sequence[Tensor]) -> Tensor:
    """(T, B, 4). Of a time, the likeliest way of saying it is right if it says the time's class, or the time near an
    end."""
    rows, ends = batch.rows, batch.before.ends
    return torch.stack(
        (
            _says(network, scores[0], rows.delta, ends, 0),
            scores[1].argmax(dim=2) == rows.pitch,
            scores[2].argmax(dim=2) == rows.force,
            _says(network, scores[3], rows.duration, ends_at(ends, rows.delta), 1),
        ),
        dim=2,
    )


def _says(network: Performer, scores: Tensor, time: Tensor, ends: Tensor, least: int) -> Tensor:
    """(T, B, C + K N), (T, B), (T, B, K) → (T, B)"""
    way = network.time_log_p(scores, ends, least).argmax(dim=2)
    near = (way - CLASSES).clamp(min=0)
    said = ends.gather(2, (near // NEAR)[..., None])[..., 0] + network.near[near % NEAR]
    return torch.where(way < CLASSES, network.class_of[time] == way, said == time)
