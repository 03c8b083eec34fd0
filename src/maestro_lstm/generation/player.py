"""A network of performances plays on, note by note, several pieces side by side."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from maestro_lstm.generation.sampling import NoteSampling
from maestro_lstm.model.lstm import State
from maestro_lstm.model.note_rows import Said, batch_of
from maestro_lstm.model.performer import NEAR, Performer
from maestro_lstm.model.stepper import stepping
from maestro_lstm.tokens.note_tokens import BINS_FROM_0, DOWN, ENDS, FIELDS, KEYS, RELEASED, SOUNDS, START, UP, Rows
from maestro_lstm.tokens.quantize import BIN, BINS, CLASS_OF, CLASSES, EDGES, LONGEST, STEPS_PER_SECOND, WIDTH

Ints = npt.NDArray[np.int64]


class Sounding:
    """What sounds at the last onsets of B pieces: `note_tokens.to_rows` computes the same for a whole piece."""

    def __init__(self, pieces: int) -> None:
        self.now = np.zeros(pieces, np.int64)  # (B,) steps
        self.end_of_key = np.full((pieces, KEYS), -1, np.int64)  # when each key's last note ends
        self.ends = np.zeros((pieces, ENDS), np.int64)  # (B, K) steps until what sounds ends, the latest notes first

    def move(self, delta: Ints) -> Ints:
        """Go on by (B,) steps; what `Rows.left` says there, (B, 88)."""
        self.now += delta
        self.ends = np.maximum(self.ends - delta[:, None], 0)
        time = self.end_of_key - self.now[:, None]
        left = np.where(time > 0, SOUNDS + CLASS_OF[np.clip(time, 0, LONGEST)], np.where(time == 0, RELEASED, 0))
        return left.astype(np.int64)

    def strike(self, key: Ints, duration: Ints) -> None:
        """A row begins in each piece: (B,) keys, of which those beyond the piano's are the pedal's."""
        for b, (struck, own) in enumerate(zip(key.tolist(), duration.tolist(), strict=True)):
            ends = [end for end in self.ends[b].tolist() if end > 0]
            if struck < KEYS:
                self.end_of_key[b, struck] = self.now[b] + own
                ends = [own, *(end for end in ends if end != own)][:ENDS]
            self.ends[b] = [*ends, *[0] * (ENDS - len(ends))]

    @property
    def voices(self) -> Ints:
        """(B,) how many keys sound at this moment."""
        count: Ints = (self.end_of_key > self.now[:, None]).sum(axis=1)
        return count


Doubles = npt.NDArray[np.float64]
MIDDLE = (EDGES[:-1] + EDGES[1:] - 1) / 2 / STEPS_PER_SECOND  # (C,) seconds
FORCE = (np.arange(BINS) + BINS_FROM_0) * BIN - 1.0  # (32,) MIDI velocity in the middle of each bin
# How a target is kept: after each note its tilt moves by a share of what is missing, as a thermostat does.
PACE, SWELL = 0.02, 0.0002
MEMORY = 0.95  # of the running means of waits and forces, a note
# A tilt of 1 makes a wait of the target length e times as rare; none counts as more than FAR of them, or slowing down
# would end in silence.
SLOWEST, FASTEST, FAR = -0.75, 3.0, 4.0
LOUDEST = 0.2  # nats a step of velocity


class NoteRow(NamedTuple):
    """One row of each piece, (B,) each."""

    delta: Ints  # steps
    pitch: Ints  # key 0–87, UP or DOWN
    force: Ints  # 0–31
    duration: Ints  # steps


class Player:
    """Continue B pieces.

    Args:
        seeds: B of them; the same seed plays the same notes on the same machine.
    """

    def __init__(self, network: Performer, seeds: Sequence[int], sampling: NoteSampling) -> None:
        self.network, self.sampling = stepping(network), sampling
        self.randoms = [np.random.default_rng(seed) for seed in seeds]
        self.sounding = Sounding(len(seeds))
        self.state: State | None = None
        n = len(seeds)
        none = np.zeros(n, np.int64)
        self.last, self.left = NoteRow(none, np.full(n, START), none, none), np.zeros((n, KEYS), np.int64)
        self.down = np.zeros(n, np.bool_)  # the pedal, where it has rows
        # the tilts toward the targets, and the running means that they are held against
        self.pace, self.wait = np.zeros(n), np.full(n, 1 / max(sampling.density, 1))
        self.swell, self.force = np.zeros(n), np.full(n, sampling.loudness)

    @torch.inference_mode()
    def feed(self, rows: Rows) -> None:
        """Play a primer in every piece, silently: rows as `to_rows` makes them."""
        n = len(self.randoms)
        batch = batch_of([(rows, 0)] * n, len(rows) - 1)
        if len(rows) > 1:
            _, self.state = self.network.run(batch.before, self.state)  # all but the last, which `play` runs
        for k in range(1, len(rows)):
            note = NoteRow(*(np.full(n, int(getattr(rows, name)[k])) for name in FIELDS))
            self._begin(note, self.sounding.move(note.delta))

    @torch.inference_mode()
    def play(self) -> NoteRow:
        """The next row of each piece."""
        network, sampling = self.network, self.sampling
        before = Said(
            *(_row(field) for field in (*self.last, self.left, self.sounding.ends)),
        )
        shown, self.state = network.run(before, self.state)
        own = network.seen(shown).chunk(len(FIELDS), dim=2)
        silent = torch.zeros_like(before.left)
        said: dict[str, Tensor] = {}

        ends = before.ends
        scores = network.time_log_p(network.head(0, own[0], said, silent, ends), ends, 0)
        delta = self._time(scores, ends, self._tilts(ends) if sampling.density else None)
        left = self.sounding.move(delta)
        said["delta"] = network.embed["delta"](network.class_of[_row(delta)])
        heard = network.left[_row(left)]

        pitch = self._draw(self._possible(network.head(1, own[1], said, heard, None)[0].double().numpy()))
        said["pitch"] = network.embed["pitch"](_row(pitch))

        forces = network.head(2, own[2], said, heard, None)[0].double().numpy()
        force = self._draw(forces + (self.swell[:, None] * FORCE if sampling.loudness else 0))
        said["force"] = network.embed["force"](_row(force))

        ahead = _row(self.sounding.ends)
        duration = self._time(network.time_log_p(network.head(3, own[3], said, heard, ahead), ahead, 1), ahead, None)
        pedal = pitch >= KEYS
        note = NoteRow(delta, pitch, np.where(pedal, 0, force), np.where(pedal, 0, duration))
        self._begin(note, left)
        self._keep_to_targets(note)
        return note

    def _begin(self, note: NoteRow, left: Ints) -> None:
        self.sounding.strike(note.pitch, note.duration)
        self.last, self.left = note, left
        self.down = np.where(note.pitch == DOWN, True, np.where(note.pitch == UP, False, self.down))

    def _possible(self, scores: Doubles) -> Doubles:
        """(B, P) without what cannot be played: a pedal that is down does not go down; and a note too many."""
        if scores.shape[1] > KEYS:
            scores[:, UP] = np.where(self.down, scores[:, UP], -np.inf)
            scores[:, DOWN] = np.where(self.down, -np.inf, scores[:, DOWN])
        if self.sampling.polyphony:
            full = self.sounding.voices >= self.sampling.polyphony
            sounds = self.sounding.end_of_key > self.sounding.now[:, None]
            # then only a key that sounds may be struck: it ends its own note
            scores[:, :KEYS] = np.where(full[:, None] & ~sounds, -np.inf, scores[:, :KEYS])
        return scores

    def _tilts(self, ends: Tensor) -> Doubles:
        """(1, B, K) → (B, C + K N) what the target density adds to each way of saying a delta."""
        near = (ends[0, ..., None] + self.network.near).flatten(1).double().numpy() / STEPS_PER_SECOND
        waits = np.concatenate((np.broadcast_to(MIDDLE, (len(near), CLASSES)), near), axis=1)  # seconds
        tilts: Doubles = -self.pace[:, None] * np.minimum(waits * self.sampling.density, FAR)
        return tilts

    def _draw(self, scores: Doubles) -> Ints:
        return self._pick(scores, self.sampling.temperature, self.sampling.top_p)

    def _time(self, log_p: Tensor, ends: Tensor, tilts: Doubles | None) -> Ints:
        """(1, B, C + K N), (1, B, K) → (B,) steps."""
        scores = log_p[0].double().numpy()
        if tilts is not None:
            scores = scores + tilts
        way = self._pick(scores, self.sampling.time_temperature, self.sampling.time_top_p)
        inside = np.array([random.random() for random in self.randoms])
        kind = np.minimum(way, CLASSES - 1)
        by_class = EDGES[kind] + np.floor(inside * WIDTH[kind]).astype(np.int64)
        near = np.maximum(way - CLASSES, 0)
        by_end = ends[0].numpy()[np.arange(len(way)), near // NEAR] + self.network.near.numpy()[near % NEAR]
        time: Ints = np.where(way < CLASSES, by_class, by_end)
        return time

    def _pick(self, scores: Doubles, temperature: float, top_p: float) -> Ints:
        """(B, N) → (B,), sampled from the nucleus at a temperature."""
        weights = np.exp((scores - scores.max(axis=1, keepdims=True)) / temperature)
        weights /= weights.sum(axis=1, keepdims=True)
        if top_p < 1:
            ranked = -np.sort(-weights, axis=1)
            least = ranked[np.arange(len(ranked)), ((ranked.cumsum(axis=1) - ranked) < top_p).sum(axis=1) - 1]
            weights = np.where(weights >= least[:, None], weights, 0)
        up_to = weights.cumsum(axis=1)
        places = np.array([random.random() for random in self.randoms]) * up_to[:, -1]
        picked: Ints = np.minimum((up_to <= places[:, None]).sum(axis=1), scores.shape[1] - 1)
        return picked

    def _keep_to_targets(self, note: NoteRow) -> None:
        if self.sampling.density:
            self.wait = MEMORY * self.wait + (1 - MEMORY) * note.delta / STEPS_PER_SECOND
            late = np.log(np.maximum(self.wait * self.sampling.density, 1e-3))
            self.pace = np.clip(self.pace + PACE * late, SLOWEST, FASTEST)
        if self.sampling.loudness:
            heard = np.where(note.pitch < KEYS, FORCE[note.force], self.force)
            self.force = MEMORY * self.force + (1 - MEMORY) * heard
            self.swell = np.clip(self.swell + SWELL * (self.sampling.loudness - self.force), -LOUDEST, LOUDEST)


def _row(values: Ints) -> Tensor:
    """(B, …) → (1, B, …)"""
    return torch.from_numpy(values)[None]
