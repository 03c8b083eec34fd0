"""The network that plays: its probabilities, what it learns from, and that it is the same after a stop."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from maestro_lstm.generation.player import Sounding
from maestro_lstm.model.event_network import BEGIN, EventNetwork, event_batch_of
from maestro_lstm.model.note_rows import Batch, Said, batch_of
from maestro_lstm.model.note_transformer import NoteTransformer
from maestro_lstm.model.performer import Performer
from maestro_lstm.plumbing.choices import LookSize
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.events import to_event_rows
from maestro_lstm.tokens.note_tokens import KEYS, to_rows
from maestro_lstm.tokens.quantize import BINS, LONGEST, quantize
from maestro_lstm.training.autograd import AutogradEngine
from maestro_lstm.training.loop import Training
from maestro_lstm.training.note_batches import Streams, keys_for
from maestro_lstm.training.note_task import NoteObjective, NoteTask
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.snapshots import resumed, with_snapshots
from tests.performances import SETTINGS, corpus, made, network

EVENTS = replace(SETTINGS, kind="events", head=0, stretch=0.0)
LOOK = LookSize(2, 8, 12)
TRANSFORMER = replace(SETTINGS, kind="transformer", look=LOOK)


def repeated(batch: Batch, times: int) -> Batch:
    """A batch of one row, many times side by side."""
    before, rows = (
        Said(*(part.repeat(1, times, *[1] * (part.ndim - 2)) for part in one)) for one in (batch.before, batch.rows)
    )
    return Batch(before, rows, torch.ones(1, times, dtype=torch.bool), torch.zeros(times, dtype=torch.bool))


@pytest.mark.parametrize("place", [0, 1, 25])
@torch.inference_mode()
def test_the_probabilities_of_all_notes_sum_to_one(place: int) -> None:
    """Each field's after what was said before it, every value there is; so those of all notes do."""
    one = batch_of([(to_rows(quantize(made(0, 40))), place)], 1)
    player = network()
    for k, (name, values) in enumerate(
        {
            "delta": range(LONGEST + 1),
            "pitch": range(KEYS),
            "force": range(BINS),
            "duration": range(1, LONGEST + 1),
        }.items()
    ):
        many = repeated(one, len(values))
        getattr(many.rows, name)[0] = torch.tensor(values)
        nats, _ = player.nats(many)
        assert float(torch.exp(-nats[0, :, k].double()).sum()) == pytest.approx(1, abs=1e-5)


@torch.inference_mode()
def test_so_do_those_of_a_small_grid_of_whole_notes() -> None:
    """The sum over a grid of notes is the product of the sums: nothing of one field leaks into another."""
    one = batch_of([(to_rows(quantize(made(0, 40))), 20)], 1)
    player, pitches, forces = network(), range(KEYS), range(BINS)
    grid = [(pitch, force) for pitch in pitches for force in forces]
    many = repeated(one, len(grid))
    many.rows.pitch[0], many.rows.force[0] = (torch.tensor(column) for column in zip(*grid, strict=True))
    nats, _ = player.nats(many)
    assert float(torch.exp(-nats[0, :, 1:3].double().sum(dim=1)).sum()) == pytest.approx(1, abs=1e-5)


@torch.inference_mode()
def test_a_time_is_likelier_for_ending_with_what_sounds() -> None:
    """The ways of saying a time add up: without ends to come the same scores give less."""
    player, rows = network(), to_rows(quantize(made(0, 40)))
    batch = batch_of([(rows, 20)], 1)
    ends = batch.before.ends
    scores, _ = player.scores(batch)
    time = ends[..., 0]
    there = player.time_nats(scores[0], time, ends)
    gone = player.time_nats(scores[0], time, torch.zeros_like(ends))
    assert float(ends[0, 0, 0]) > 0
    log_p = player.time_log_p(scores[0], ends, 0).exp()
    assert float(log_p.sum()) == pytest.approx(1, abs=1e-5)
    assert not torch.isclose(there, gone)


@torch.inference_mode()
def test_what_is_carried_makes_a_piece_in_parts_the_same_as_whole() -> None:
    rows, player = to_rows(quantize(made(1, 60))), network()
    whole, _ = player.nats(batch_of([(rows, 0)], 60))
    parts, state = [], None
    for first in (0, 20, 40):
        nats, state = player.nats(batch_of([(rows, first)], 20), state)
        parts.append(nats)
    torch.testing.assert_close(torch.cat(parts), whole, rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_a_piece_that_begins_forgets_the_one_before_and_padding_never_counts() -> None:
    one, other, player = to_rows(quantize(made(1, 30))), to_rows(quantize(made(2, 12))), network()
    _, state = player.nats(batch_of([(one, 0), (one, 0)], 16))
    both, _ = player.nats(batch_of([(other, 0), (one, 16)], 16), state)
    alone, _ = player.nats(batch_of([(other, 0)], 12))
    torch.testing.assert_close(both[:12, :1], alone, rtol=1e-4, atol=1e-4)
    assert not both[12:, 0].any()
    assert not both[14:, 1].any()
    assert both[:14, 1].all()


@torch.inference_mode()
def test_the_pedal_has_neither_force_nor_duration() -> None:
    player = network(pedal=True)
    batch = batch_of([(to_rows(quantize(made(1, 30))), 3)], 1)
    batch.rows.pitch[0] = KEYS
    nats, _ = player.nats(batch)
    assert nats[0, 0, :2].all()
    assert not nats[0, 0, 2:].any()


def test_streams_say_every_note_once_an_epoch(tmp_path: Path) -> None:
    pieces = corpus(tmp_path / "train", (16, 24, 8, 32))  # whole windows
    sizes = [len(piece) for piece in pieces]
    streams = Streams(pieces, sizes, 8, 2, 3, 0, 0.0, 1, to_rows)
    seen: dict[tuple[int, ...], int] = {}
    for starts in streams.starts():
        for start in starts.tolist():
            rows, first = streams.part(start)
            some = tuple(rows.delta[first + 1 : first + 9].tolist())
            seen[some] = seen.get(some, 0) + 1
    assert set(seen.values()) == {3}
    assert len(seen) == sum(sizes) // 8


def test_pieces_are_drawn_in_other_keys_and_tempi_the_same_each_time(tmp_path: Path) -> None:
    pieces = corpus(tmp_path / "train")
    sizes = [len(piece) for piece in pieces]

    def drawn(seed: int) -> list[tuple[int, int]]:
        streams = Streams(pieces, sizes, 8, 1, 30, 5, 0.05, seed, lambda steps: steps)
        parts = [streams.part(int(first) * 8)[0] for first in streams.first[:-1]]
        return [(int(steps.pitch.sum()), int(steps.onset[-1])) for steps in parts]

    assert drawn(1) == drawn(1) != drawn(2)
    by_size: dict[int, set[int]] = {}
    slower = []
    streams = Streams(pieces, sizes, 8, 1, 30, 5, 0.05, 1, lambda steps: steps)
    for k, first in enumerate(streams.first[:-1].tolist()):
        steps, piece = streams.part(first * 8)[0], pieces[int(streams.order[k])]
        plain = quantize(piece)
        moved = set((steps.pitch.astype(int) - plain.pitch).tolist())
        assert len(moved) == 1
        by_size.setdefault(len(steps), set()).update(moved)
        slower.append(steps.onset[-1] / plain.onset[-1])
    assert 0.945 < min(slower) < 0.97 < 1.03 < max(slower) < 1.055
    assert all(len(moved) > 5 for moved in by_size.values())
    assert max(max(moved) for moved in by_size.values()) == 5


@torch.no_grad()
def test_a_duration_is_said_by_the_ends_to_come_after_its_own_onset() -> None:
    player, rows = network(), to_rows(quantize(made(3, 40, 8.0)))
    batch = batch_of([(rows, 0)], 40)
    sounding, ends = Sounding(1), []
    for delta, pitch, duration in zip(rows.delta[1:], rows.pitch[1:], rows.duration[1:], strict=True):
        sounding.move(np.array([int(delta)]))
        ends.append(sounding.ends.copy())
        sounding.strike(np.array([int(pitch)]), np.array([int(duration)]))
    shown, _ = player.run(batch.before)
    own = player.seen(shown).chunk(4, dim=2)[3]
    said, left = player.embedded(batch.rows), player.left[batch.rows.left]
    expected = player.head(3, own, said, left, torch.from_numpy(np.stack(ends)))
    torch.testing.assert_close(player.scores(batch)[0][3], expected)


def test_a_piece_stays_on_the_piano() -> None:
    one = made(0, 20)
    one.pitch[:] = 107
    assert keys_for(one, 6).tolist() == [-6, -5, -4, -3, -2, -1, 0, 1]
    one.pitch[0] = 5  # not on it
    assert keys_for(one, 6).tolist() == [0]


def test_events_follow_one_another_after_a_beginning() -> None:
    rows = to_event_rows(quantize(made(0, 20)))
    events = rows.events
    batch = event_batch_of([(rows, 0), (rows, 10), (rows, len(events) - 2)], 6)
    assert batch.events[:, 0].tolist() == [BEGIN, *events[:6]]
    assert batch.events[:, 1].tolist() == events[9:16].tolist()
    assert batch.events[:, 2].tolist() == [*events[-3:], *[BEGIN] * 4]
    assert batch.valid.sum(dim=0).tolist() == [6, 6, 2]
    assert batch.fresh.tolist() == [True, False, False]


@torch.inference_mode()
def test_a_network_of_events_carries_its_state_and_forgets_it_where_a_piece_begins() -> None:
    one, other = (to_event_rows(quantize(made(seed, 20))) for seed in (1, 2))
    torch.manual_seed(0)
    player = EventNetwork(8).eval()
    whole, _ = player.nats(event_batch_of([(one, 0)], 40))
    first, state = player.nats(event_batch_of([(one, 0)], 25))
    rest, state = player.nats(event_batch_of([(one, 25)], 15), state)
    torch.testing.assert_close(torch.cat((first, rest)), whole)
    after, _ = player.nats(event_batch_of([(other, 0)], 10), state)
    torch.testing.assert_close(after, player.nats(event_batch_of([(other, 0)], 10))[0])


@torch.inference_mode()
def test_a_network_of_events_may_see_what_sounds() -> None:
    rows = to_event_rows(quantize(made(0, 30)))
    batch = event_batch_of([(rows, 0)], len(rows))
    silent = replace(batch, sounding=torch.zeros_like(batch.sounding))
    torch.manual_seed(0)
    sees, deaf = EventNetwork(8, sounds=True).eval(), EventNetwork(8).eval()
    assert torch.equal(deaf.nats(batch)[0], deaf.nats(silent)[0])
    assert not torch.allclose(sees.nats(batch)[0], sees.nats(silent)[0])
    one = int(batch.sounding.flatten(1).any(dim=1).nonzero()[0])  # the first event at which anything sounds
    torch.testing.assert_close(sees.nats(batch)[0][:one], sees.nats(silent)[0][:one])


@torch.inference_mode()
def test_a_transformer_sees_the_rows_of_its_memory_and_none_to_come() -> None:
    torch.manual_seed(0)
    network = NoteTransformer(16, layers=2, head=8, look=LookSize(2, 8, 6)).eval()
    rows = to_rows(quantize(made(0, 40)))
    whole, _ = network.nats(batch_of([(rows, 0)], 40))
    state, parts = None, []
    for first, length in ((0, 3), (3, 1), (4, 20), (24, 16)):
        part, state = network.nats(batch_of([(rows, first)], length), state)
        parts.append(part)
    torch.testing.assert_close(torch.cat(parts), whole)
    x, body = torch.randn(40, 1, 224), network.body
    before, _ = body(x, None)
    for t in (1, 10, 39):
        other = x.clone()
        other[t:] += 1
        torch.testing.assert_close(body(other, None)[0][:t], before[:t])
        other = x.clone()
        other[: t - 10 if t > 10 else 0] += 1  # two layers see ten rows back, no further
        torch.testing.assert_close(body(other, None)[0][t], before[t])
    with pytest.raises(ValueError, match="heads × width = 16"):
        NoteTransformer(16, look=LookSize(2, 4, 6))


def test_averaged_weights_are_the_mean_of_those_that_were(tmp_path: Path) -> None:
    corpus(tmp_path / "train")
    task, each = NoteTask(tmp_path / "train"), replace(SETTINGS, log_every=1)
    plain, averaged = Training(task, each), Training(task, replace(each, averaging=0.8))
    mean = None
    for _, _ in zip(plain, averaged, strict=True):
        now = {name: value.clone() for name, value in plain.engine.weights().items()}
        mean = now if mean is None else {name: 0.8 * mean[name] + 0.2 * value for name, value in now.items()}
        found = averaged.engine.weights()
        for name, value in mean.items():
            torch.testing.assert_close(found[name], value)
    assert averaged.progress.curve == plain.progress.curve  # it is trained as it was


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        replace(SETTINGS, dropout=0.3),
        replace(SETTINGS, precision="bfloat16"),
        replace(SETTINGS, look=LOOK),
        replace(SETTINGS, look=LOOK, precision="bfloat16", averaging=0.9),
        replace(EVENTS, dropout=0.3, sounds=True),
        TRANSFORMER,
    ],
    ids=["plain", "dropout", "bfloat16", "look", "averaged", "events", "transformer"],
)
def test_a_training_that_was_stopped_goes_on_bit_for_bit(settings: Settings, tmp_path: Path) -> None:
    corpus(tmp_path / "train")
    task, path = NoteTask(tmp_path / "train"), tmp_path / "snapshot.safetensors"
    whole = Training(task, settings)
    list(whole)
    for done in with_snapshots(Training(task, settings), path, every=0):
        if done == 8:
            break
    again = resumed(lambda: Training(task, settings), path)
    assert again.done == 8
    list(again)
    assert again.progress.curve == whole.progress.curve
    last, expected = again.engine.weights(), whole.engine.weights()
    assert all(torch.equal(last[name], value) for name, value in expected.items())


@pytest.mark.parametrize("settings", [SETTINGS, EVENTS, TRANSFORMER], ids=["rows", "events", "transformer"])
def test_it_learns(settings: Settings, tmp_path: Path) -> None:
    corpus(tmp_path / "train")
    training = Training(NoteTask(tmp_path / "train"), replace(settings, epochs=30))
    list(training)
    curve = [point.loss for point in training.progress.curve]
    assert curve[-1] < 0.8 * curve[0]
    assert len(training.progress.seconds) == len(curve)
    assert sorted(training.progress.seconds) == training.progress.seconds


def test_in_bfloat16_it_learns_the_same_but_for_rounding(tmp_path: Path) -> None:
    corpus(tmp_path / "train")
    losses = []
    for precision in ("float32", "bfloat16"):
        training = Training(NoteTask(tmp_path / "train"), replace(SETTINGS, precision=precision))
        list(training)
        losses.append([point.loss for point in training.progress.curve])
    np.testing.assert_allclose(losses[0], losses[1], rtol=0.02)
    assert losses[0] != losses[1]


def test_auto_is_one_precision_where_it_is_trained() -> None:
    there = placed(replace(SETTINGS, precision="auto"), "compiled", "cpu")
    assert there.engine == "torch"
    assert there.precision in ("float32", "bfloat16")


def test_more_windows_at_once_than_there_are_are_refused(tmp_path: Path) -> None:
    corpus(tmp_path / "train", (5,))
    with pytest.raises(UserError, match="batch: 300 windows of seq_len: 8 are more than the train split has"):
        Training(NoteTask(tmp_path / "train"), replace(SETTINGS, batch=300))


@torch.no_grad()
def test_an_update_is_on_the_mean_note(tmp_path: Path) -> None:
    pieces = corpus(tmp_path / "train")
    streams = Streams(pieces, [len(piece) for piece in pieces], 8, 3, 1, 0, 0.0, 0, to_rows)
    lesson = NoteObjective(streams, SETTINGS)
    starts = torch.tensor([0, 8, 16])
    loss, _ = lesson.loss(starts, 8, None)
    batch = batch_of([streams.part(start) for start in starts.tolist()], 8)
    assert isinstance(lesson.network, Performer)
    nats, _ = lesson.network.nats(batch)
    assert float(loss) / 8 == pytest.approx(float(nats.sum() / batch.valid.sum()), rel=1e-5)


def test_windows_that_are_empty_cost_nothing(tmp_path: Path) -> None:
    """Drawn faster, a piece is fewer events than were counted: its last windows may hold none, and 0 / 0 is no loss."""
    corpus(tmp_path / "train")
    engine = NoteTask(tmp_path / "train").plan(EVENTS).engine()
    streams: Any = _Ended(engine.objective.streams)  # type: ignore[attr-defined]
    objective = NoteObjective(streams, EVENTS)
    loss, _ = objective.loss(torch.zeros(EVENTS.batch, dtype=torch.int64), EVENTS.seq_len, None)
    torch.autograd.backward(loss)
    assert float(loss.detach()) == 0
    assert all(
        torch.isfinite(weight.grad).all() for weight in objective.network.parameters() if weight.grad is not None
    )


class _Ended:
    """Streams whose every window begins where its piece ends."""

    def __init__(self, streams: Streams[Any]) -> None:
        self.streams = streams

    def part(self, start: int) -> tuple[Any, int]:
        piece, _ = self.streams.part(start)
        return piece, len(piece)


def test_another_update_drops_others_and_the_same_one_the_same(tmp_path: Path) -> None:
    settings = replace(SETTINGS, dropout=0.5)
    corpus(tmp_path / "train")
    dropped: list[list[torch.Tensor]] = []
    for _ in range(2):
        training = Training(NoteTask(tmp_path / "train"), settings)
        engine = training.engine
        assert isinstance(engine, AutogradEngine)
        masks: list[torch.Tensor] = []
        drop = engine.network.drop
        assert isinstance(drop, torch.nn.Module)
        drop.register_forward_hook(lambda _, given, out, masks=masks: masks.append((out == 0) & (given[0] != 0)))
        engine.take_updates(training.starts[:3], training.rates[:3], training.lengths[:3])
        dropped.append(masks)
    one, again = dropped
    assert len(one) == 3 * settings.layers
    assert all(torch.equal(mask, other) for mask, other in zip(one, again, strict=True))
    assert not any(torch.equal(one[k], one[j]) for k in range(len(one)) for j in range(k))
    assert 0.4 < float(torch.stack([mask.float().mean() for mask in one]).mean()) < 0.6
