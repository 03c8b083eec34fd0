"""Performances: read from MIDI by its rules, and coded in two ways that can be undone."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.tokens.columns import open_performances, write_performances
from maestro_lstm.tokens.events import EVENTS, SHIFT, VELOCITY, from_events, to_event_rows, to_events
from maestro_lstm.tokens.note_tokens import ENDS, KEYS, RELEASED, SOUNDS, from_rows, to_rows
from maestro_lstm.tokens.performance import PEDAL_DOWN, PEDAL_UP, Performance, in_order
from maestro_lstm.tokens.quantize import CLASS_OF, CLASSES, EDGES, EXACT, LONGEST, WIDTH, Steps, dequantize, quantize
from maestro_lstm.tokens.reading import guarded_performance, read_performance
from maestro_lstm.tokens.vocabulary import LOWEST_PITCH
from maestro_lstm.tokens.writing import to_midi
from tests.midi_files import midi_file, variable_length
from tests.performances import made

TICK = 0.5 / 384  # seconds, at 384 ticks a quarter note and 120 a minute
FIELDS = ("onset", "release", "pitch", "bin")


def track(events: list[tuple[int, bytes]]) -> bytes:
    """A track chunk of events at ticks from the start, in the order given where they are at one tick."""
    data, now = b"", 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        data += variable_length(tick - now) + message
        now = tick
    data += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(data).to_bytes(4, "big") + data


def key(on: int, off: int, pitch: int, velocity: int = 64, channel: int = 0) -> list[tuple[int, bytes]]:
    return [(on, bytes([0x90 | channel, pitch, velocity])), (off, bytes([0x80 | channel, pitch, 0]))]


def pedal(tick: int, value: int) -> tuple[int, bytes]:
    return tick, bytes([0xB0, 64, value])


def played(*tracks: list[tuple[int, bytes]], rule: PedalRule = "folded") -> Performance:
    return read_performance(midi_file([track(one) for one in tracks]), "a.mid", rule)


def releases(*events: list[tuple[int, bytes]]) -> list[int]:
    """In ticks, of one track."""
    found = played([event for some in events for event in some])
    ticks: list[int] = np.rint(found.release / TICK).astype(int).tolist()
    return ticks


@st.composite
def performances(draw: st.DrawFn) -> Steps:
    """Any notes, with ties, repeats of a sounding pitch, long pauses and long notes."""
    notes = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0, 0, 1, 2, 3, 50, 99, 100, 101, 150, 200, 1000, 20_000]),
                st.sampled_from([1, 2, 3, 20, 100, 101, 107, 500, 30_000]),
                st.integers(LOWEST_PITCH, 108),
                st.integers(1, 32),
            ),
            min_size=1,
            max_size=40,
        )
    )
    delta, duration, pitch, force = (np.array(column) for column in zip(*notes, strict=True))
    onset = np.cumsum(delta)
    return Steps(onset, onset + duration, pitch.astype(np.uint8), force.astype(np.uint8))


def alike(one: Steps, other: Steps) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in FIELDS)


def test_times_are_exact_up_to_a_second_and_then_5_percent_wider_each() -> None:
    assert EDGES[: EXACT + 1].tolist() == list(range(EXACT + 1))
    assert WIDTH.sum() == LONGEST + 1 == len(CLASS_OF)
    assert CLASSES == len(WIDTH) < 250
    grown = WIDTH[EXACT + 5 : -1] / EDGES[EXACT + 5 : -2]
    assert 0.04 < grown.min() <= grown.max() < 0.06
    assert all(EDGES[CLASS_OF[time]] <= time < EDGES[CLASS_OF[time] + 1] for time in range(0, LONGEST, 97))


def test_a_key_that_is_up_while_the_pedal_is_down_sounds_until_the_pedal_comes_up() -> None:
    assert releases(key(0, 100, 60)) == [100]
    assert releases(key(0, 100, 60), [pedal(50, 127), pedal(300, 0)]) == [300]
    assert releases(key(0, 400, 60), [pedal(50, 127), pedal(300, 0)]) == [400]  # the key is still down
    assert releases(key(0, 100, 60), [pedal(50, 63), pedal(300, 0)]) == [100]  # 64 and above is down
    assert releases(key(0, 100, 60), [pedal(100, 64), pedal(300, 0)]) == [300]  # it goes down as the key comes up


def test_or_until_its_pitch_is_struck_again() -> None:
    again = releases(key(0, 100, 60), key(200, 250, 60), [pedal(50, 127), pedal(300, 0)])
    assert again == [200, 300]
    other = releases(key(0, 100, 60), key(200, 250, 61), [pedal(50, 127), pedal(300, 0)])
    assert other == [300, 300]


def test_what_the_pedal_holds_at_the_end_ends_with_the_last_event() -> None:
    assert releases(key(0, 100, 60), key(150, 500, 62), [pedal(50, 127)]) == [500, 500]


def test_a_pedal_that_goes_down_and_up_at_one_tick_holds_nothing() -> None:
    assert releases(key(0, 100, 60), key(300, 400, 62), [pedal(50, 127), pedal(50, 0)]) == [100, 400]


def test_kept_the_pedal_has_rows_where_it_crosses_64_and_keys_their_own_releases() -> None:
    events = [*key(0, 100, 60), pedal(50, 70), pedal(60, 127), pedal(200, 63), pedal(210, 0), pedal(210, 90)]
    found = played(events, rule="events")
    assert found.pitch.tolist() == [60, PEDAL_DOWN, PEDAL_UP, PEDAL_DOWN]
    np.testing.assert_allclose(found.onset, np.array([0, 50, 200, 210]) * TICK)
    np.testing.assert_allclose(found.release, np.array([100, 50, 200, 210]) * TICK)
    assert found.velocity.tolist() == [64, 0, 0, 0]


def test_a_tempo_map_gives_seconds() -> None:
    tempo = [(0, b"\xff\x51\x03\x07\xa1\x20"), (384, b"\xff\x51\x03\x0f\x42\x40")]  # 120 a minute, then 60
    found = played([*tempo, *key(0, 384, 60), *key(384, 768, 62), *key(1152, 1536, 64)])
    np.testing.assert_allclose(found.onset, [0, 0.5, 2.5])
    np.testing.assert_allclose(found.release, [0.5, 1.5, 3.5])


def test_tracks_are_one_performance_each_with_its_own_pedal_and_drums_are_left_out() -> None:
    left, right = [*key(0, 100, 40), pedal(10, 127), pedal(300, 0)], key(0, 100, 70)
    found = played(left, right, key(0, 50, 36, channel=9))
    assert found.pitch.tolist() == [40, 70]
    np.testing.assert_allclose(found.release / TICK, [300, 100])
    with pytest.raises(BadMidi, match=r"a\.mid: holds no notes but drums'"):
        played(key(0, 50, 36, channel=9))


def test_overlapping_notes_of_one_pitch_are_all_there() -> None:
    assert sorted(releases(key(0, 300, 60), key(100, 200, 60))) in ([200, 300], [200, 200], [300, 300])


def test_the_guarded_reader_reads_the_same() -> None:
    data = midi_file([track([*key(0, 100, 60, 3), *key(7, 400, 72, 127), pedal(50, 127), pedal(300, 0)])])
    here, there = read_performance(data, "a", "folded"), guarded_performance(data, "a", "folded")
    for name in ("onset", "release", "pitch", "velocity"):
        assert np.array_equal(getattr(here, name), getattr(there, name))
    with pytest.raises(BadMidi, match=r"a: is cut short in track 1"):
        guarded_performance(data[:-9], "a", "folded")


def test_steps_round_absolute_times_and_a_note_lasts_one_at_least() -> None:
    time = np.array([0.0, 0.00499, 0.005, 0.0149, 1.0])
    one = Performance(time, time + 0.001, np.full(5, 60, np.uint8), np.array([1, 4, 5, 127, 64], np.uint8))
    steps = quantize(one)
    assert steps.onset.tolist() == [0, 0, 1, 1, 100]
    assert steps.release.tolist() == [1, 1, 2, 2, 101]
    assert steps.bin.tolist() == [1, 1, 2, 32, 16]
    assert quantize(one, stretch=2.0).onset.tolist() == [0, 1, 1, 3, 200]  # from the seconds, not from the steps
    assert quantize(one, semitones=-3).pitch.tolist() == [57] * 5
    with pytest.raises(ValueError, match="leave MIDI's 128 pitches"):
        quantize(one, semitones=70)


@given(performances())
@settings(max_examples=100, deadline=None)
def test_rows_can_be_undone(steps: Steps) -> None:
    rows = to_rows(steps)
    assert alike(from_rows(rows.delta[1:], rows.pitch[1:], rows.force[1:], rows.duration[1:]), steps)


@given(performances())
@settings(max_examples=100, deadline=None)
def test_rows_say_what_sounds(steps: Steps) -> None:
    """Against the definition, note by note."""
    rows = to_rows(steps)
    for k in range(len(steps)):
        now = int(steps.onset[k])
        last = {int(steps.pitch[j]): int(steps.release[j]) - now for j in range(k)}
        for pitch in range(LOWEST_PITCH, 109):
            time = last.get(pitch, -1)
            expected = SOUNDS + int(CLASS_OF[time]) if time > 0 else RELEASED if time == 0 else 0
            assert rows.left[k + 1, pitch - LOWEST_PITCH] == expected
        latest_first = [int(steps.release[j]) - now for j in range(k, -1, -1)]
        to_come = list(dict.fromkeys(time for time in latest_first if time > 0))
        named = [time for time in rows.ends[k + 1].tolist() if time]
        assert named == to_come[:ENDS] or set(named) <= set(to_come)  # an end beyond the eighth is forgotten
        assert named[0] == to_come[0]


@given(performances())
@settings(max_examples=100, deadline=None)
def test_events_can_be_undone_unless_a_sounding_pitch_is_struck(steps: Steps) -> None:
    events = to_events(steps)
    assert events.min() >= 0
    assert events.max() < EVENTS
    found = from_events(events)
    assert np.array_equal(found.onset, steps.onset)
    assert np.array_equal(found.pitch, steps.pitch)
    assert np.array_equal(found.bin, steps.bin)
    free = all(
        steps.release[i] < steps.onset[j]
        for i in range(len(steps))
        for j in range(i + 1, len(steps))
        if steps.pitch[i] == steps.pitch[j]
    )
    if free:
        assert alike(found, steps)


@given(performances())
@settings(max_examples=50, deadline=None)
def test_the_two_codings_lengths(steps: Steps) -> None:
    events = to_events(steps)
    times = np.unique(np.concatenate((steps.onset, steps.release)))
    shifts = int(np.ceil(np.diff(times, prepend=0) / 100).sum())
    forces = int((np.diff(steps.bin.astype(int), prepend=0) != 0).sum())
    assert len(events) == 2 * len(steps) + shifts + forces
    assert int(((events >= SHIFT) & (events < VELOCITY)).sum()) == shifts
    assert int((events[(events >= SHIFT) & (events < VELOCITY)] - SHIFT + 1).sum()) == int(times[-1])


def test_what_sounds_is_known_before_each_event() -> None:
    rows = to_event_rows(quantize(made(2, 60)))
    now = 0
    struck: dict[int, int] = {}  # when each key was that sounds
    for event, sounding in zip(rows.events.tolist(), rows.sounding, strict=True):
        expected = np.zeros(KEYS, np.uint8)
        for key, at in struck.items():
            expected[key] = SOUNDS + CLASS_OF[now - at]
        np.testing.assert_array_equal(sounding, expected)
        if event < 128:
            struck[event - LOWEST_PITCH] = now
        elif event < SHIFT:
            struck.pop(event - 128 - LOWEST_PITCH, None)
        elif event < VELOCITY:
            now += event - SHIFT + 1


def test_any_events_are_music() -> None:
    events = np.random.default_rng(0).integers(0, EVENTS, 2000)
    steps = from_events(events)
    assert (steps.release > steps.onset).all()
    assert len(steps) == (events < 128).sum()
    with pytest.raises(ValueError, match="none for the pedal"):
        to_events(Steps(np.zeros(1, int), np.zeros(1, int), np.array([PEDAL_UP], np.uint8), np.zeros(1, np.uint8)))


def test_a_performance_survives_midi() -> None:
    random = np.random.default_rng(1)
    onset = np.sort(random.integers(0, 3000, 200)) * 10
    pitch = random.permutation(np.arange(200) % 88 + LOWEST_PITCH)
    down = np.arange(0, 30_000, 700) / 1000
    notes = Performance(
        onset / 1000, (onset + 40) / 1000, pitch.astype(np.uint8), random.integers(1, 128, 200).astype(np.uint8)
    )
    kinds = np.array([PEDAL_DOWN, PEDAL_UP], np.uint8)[np.arange(len(down)) % 2]
    both = in_order(
        np.append(notes.onset, down),
        np.append(notes.release, down),
        np.append(notes.pitch, kinds),
        np.append(notes.velocity, np.zeros(len(down), np.uint8)),
    )
    again = read_performance(to_midi(both), "a", "events")
    for name in ("pitch", "velocity"):
        assert np.array_equal(getattr(again, name), getattr(both, name))
    np.testing.assert_allclose(again.onset, both.onset, atol=1e-9)
    np.testing.assert_allclose(again.release, both.release, atol=1e-9)
    assert to_midi(both) == to_midi(both)


def test_a_key_that_is_struck_while_it_sounds_ends_its_note_in_midi() -> None:
    twice = Performance(np.array([0.0, 1.0]), np.array([5.0, 2.0]), np.full(2, 60, np.uint8), np.full(2, 64, np.uint8))
    np.testing.assert_allclose(read_performance(to_midi(twice), "a", "folded").release, [1.0, 2.0])


def test_steps_are_performances_again() -> None:
    steps = Steps(np.array([0, 3]), np.array([5, 3]), np.array([60, PEDAL_DOWN], np.uint8), np.array([32, 0], np.uint8))
    assert alike(quantize(dequantize(steps)), steps)


def test_columns_hold_pieces_and_are_mapped_not_read(tmp_path: Path) -> None:
    pieces = [played(key(0, 100, 60)), played([*key(5, 50, 70), *key(9, 70, 71)])]
    write_performances(tmp_path / "train", pieces)
    found = open_performances(tmp_path / "train")
    assert len(found) == 2
    assert isinstance(found.columns["onset"], np.memmap)
    for one, piece in zip(found, pieces, strict=True):
        assert np.array_equal(one.onset, piece.onset)
        assert np.array_equal(one.pitch, piece.pitch)


@pytest.mark.parametrize("name", ["onset", "release", "pitch", "velocity", "bounds"])
def test_columns_cut_short_are_named(name: str, tmp_path: Path) -> None:
    write_performances(tmp_path / "train", [played(key(0, 100, 60))])
    path = tmp_path / "train" / f"{name}.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match=r"train.* is damaged"):
        open_performances(tmp_path / "train")
    path.unlink()
    with pytest.raises(UserError, match=rf"{name}\.npy is missing"):
        open_performances(tmp_path / "train")
