"""Strangers' MIDI: read, or refused in a line, whatever stands in it."""

import os
import signal
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_lstm.corpus.index import Piece
from maestro_lstm.midi import guarded
from maestro_lstm.midi.files import read_file
from maestro_lstm.midi.guard import Lost
from maestro_lstm.midi.notes import check_file, notes_from_bytes, read_bytes
from maestro_lstm.plumbing.choices import Rule
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.chord_streams import guarded_stream_of, read_stream
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.parsing import short_stream
from maestro_lstm.tokens.reading import guarded_performance
from tests.midi_files import Note, dense_notes, midi_file, track, variable_length
from tools.checks.fuzz import fault_of_stream, read_some

FILES = [midi_file([track(dense_notes(k, 60, 384)), track(dense_notes(k + 9, 20, 384), 3)]) for k in range(4)]
# found by fuzzing: a pitch of 0xc6 is written beside symusic's tables, and the process ends
CRASHES = bytes.fromhex(
    "4d54686400000006000100020 1e04d54726b0000001100ff510307a12000ff58021808"
    "01ff2f004d54726b0000000700c000189fc604".replace(" ", "")
)


@st.composite
def performances(draw: st.DrawFn) -> list[Note]:
    """Notes of which no key is struck again while it is down."""
    notes, free_from = [], dict.fromkeys(range(128), 0)
    now = 0
    for _ in range(draw(st.integers(1, 40))):
        now += draw(st.integers(0, 2000))
        pitch = draw(st.sampled_from([p for p, tick in free_from.items() if tick <= now]))
        release = now + draw(st.integers(1, 5000))
        notes.append((now, release, pitch))
        free_from[pitch] = release + 1
    return notes


@given(performances(), st.integers(1, 0x7FFF))
@settings(max_examples=200, deadline=None)
def test_notes_that_are_written_are_read(notes: list[Note], ticks_per_quarter: int) -> None:
    read = notes_from_bytes(midi_file([track(notes)], ticks_per_quarter))
    found = sorted(zip(read.onset.tolist(), read.release.tolist(), read.pitch.tolist(), strict=True))
    assert found == sorted(notes)
    assert read.ticks_per_quarter == ticks_per_quarter


@given(performances(), st.sampled_from(["paper", "clean"]))
@settings(max_examples=100, deadline=None)
def test_every_note_of_the_piano_is_said(notes: list[Note], rule: Rule) -> None:
    stream = chord_stream(notes_from_bytes(midi_file([track(notes)])), rule)
    on_piano = [pitch for _, _, pitch in notes if 21 <= pitch <= 108]
    said = stream[stream != NEXT_MARK].tolist()
    if rule == "clean":
        assert sorted(said) == sorted(on_piano)
    else:
        assert set(said) == set(on_piano)
        assert len(said) >= len(on_piano)  # the rule says some twice
    assert not on_piano or not fault_of_stream(stream)


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_refused_in_a_line_or_read(data: bytes) -> None:
    for file in (data, midi_file([b"MTrk" + len(data).to_bytes(4, "big") + data])):
        told = ""
        try:
            check_file(file, "x.mid")
        except BadMidi as error:
            told = str(error)
        assert told == "" or (told.startswith("x.mid: ") and "\n" not in told)


@pytest.mark.parametrize("part", range(4))
def test_no_mutant_breaks_the_parse(part: int) -> None:
    """Four times 250 of the mutants that `python -m tools.checks.fuzz` makes a hundred thousand of, of other files."""
    read = read_some(FILES, range(part * 250, (part + 1) * 250))
    assert [one for one in read if one[2]] == []
    assert [end for _, end, _ in read].count("read") > 20


def test_a_file_that_crashes_the_reader_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadMidi, match=r"x\.mid: is damaged \(byte 52 belongs to no event\)"):
        guarded_stream_of(CRASHES, "x.mid", "fast", "paper")


def events(*parts: bytes) -> bytes:
    data = b"".join(parts)
    return midi_file([b"MTrk" + len(data).to_bytes(4, "big") + data])


ON, OFF, END = b"\x00\x90\x3c\x40", b"\x10\x80\x3c\x00", b"\x00\xff\x2f\x00"


@pytest.mark.parametrize(
    "data",
    [
        events(ON, OFF, END),
        events(ON, b"\x10\x3c\x00", END),  # running status
        events(b"\x00\x90\x3c\x40", b"\x00\xff\x01\x02hi", b"\x10\x3c\x00", END),  # running on after a meta event
        events(b"\x00\xf0\x03\x01\x02\xf7", ON, b"\x00\xc0\x05", b"\x00\xe0\x00\x40", OFF, END),
        events(ON, OFF),  # no end of track
        events(ON, OFF, END, b"whatever"),
        events(ON, variable_length(0x03F00000) + OFF[1:], END),  # a delta time of four bytes, and nearly a day
    ],
)
def test_sound_events_pass(data: bytes) -> None:
    check_file(data, "x")
    assert read_stream(data, "x", "paper")[0].tolist() == [60, NEXT_MARK]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (events(b"\x00\x90\xbc\x40"), 24),  # a pitch of 188
        (events(b"\x00\x90\x3c\xc0"), 25),  # a velocity of 192
        (events(b"\x00\x3c\x40"), 23),  # running status before any status
        (events(b"\x00\xf4"), 24),  # a message that no file holds
        (events(ON, b"\x00\x90\x3c"), 29),  # ends within an event
        (events(ON, b"\xff\xff\xff\xff\x00\x80\x3c\x00"), 30),  # a delta time of five bytes
        (events(ON, b"\x00\xff\x01\x7fhi"), 30),  # a text longer than the track
        (events(ON, b"\x81"), 27),
        (events(b"\x00\xc0\x00\x18\xf7\x03\x9f\xc6\x04"), 27),  # symusic plays what stands after an F7, unchecked
        (events(b"\x00\xf7\x03\x90\x40\x40"), 24),
        (events(ON, b"\x00\xf0\x01\xf7", b"\x10\x3c\x00"), 31),  # a system exclusive message ends running status
    ],
)
def test_an_event_that_is_none_is_refused_with_its_place(data: bytes, place: int) -> None:
    with pytest.raises(BadMidi, match=rf"x: is damaged \(byte {place} belongs to no event\)"):
        check_file(data, "x")


def test_a_file_that_takes_too_long_is_stopped() -> None:
    """All keys at once a thousand times, released one after the other: every note is compared with all after it."""
    keys = range(21, 109)
    on = b"".join(bytes([0, 0x90, pitch, 64]) for _ in range(1000) for pitch in keys)
    off = b"".join(bytes([30, 0x80, pitch, 0]) for _ in range(1000) for pitch in keys)
    read = guarded.guarded(read_stream, seconds=0.1, memory=1 << 30)
    with pytest.raises(BadMidi, match=r"x\.mid: takes more than 0\.1 s to read"):
        read(events(on, off, END), "x.mid", "paper")
    assert read(FILES[0], "y.mid", "paper")[0].tolist() == read_stream(FILES[0], "y.mid", "paper")[0].tolist()


def test_a_lost_file_is_one_problem_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __call__(self, _: bytes) -> bytes:
            raise Lost("crashes its reader (SIGSEGV)", -signal.SIGSEGV)

    monkeypatch.setattr(guarded, "Guard", Broken)
    monkeypatch.setattr(guarded, "_guards", type("Local", (), {})())
    parsed = read_file(Piece("a.mid", "train", "", ""), FILES[0], short_stream, "fast", "paper")
    assert (parsed.content, parsed.problem) == (None, "a.mid: crashes its reader (SIGSEGV)")


def test_a_file_is_not_blamed_for_a_process_that_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    killed = [1]

    class Killed:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __call__(self, _: bytes) -> bytes:
            asked.append(1)
            if len(asked) <= killed[0]:
                raise Lost("crashes its reader (SIGKILL)", -signal.SIGKILL)
            return guarded.READ + guarded._packed([np.array([60, -1])])

    monkeypatch.setattr(guarded, "Guard", Killed)
    monkeypatch.setattr(guarded, "_guards", type("Local", (), {})())
    assert guarded_stream_of(b"", "a.mid", "fast", "paper").tolist() == [60, NEXT_MARK]
    assert len(asked) == 2
    asked.clear()
    killed[0] = 99
    with pytest.raises(UserError, match=r"killed twice .*SIGKILL.* out of memory") as raised:
        read_file(Piece("a.mid", "train", "", ""), b"", short_stream, "fast", "paper")
    assert not isinstance(raised.value, BadMidi)
    assert len(asked) == 2


def long_file(*parts: bytes, ticks_per_quarter: int = 384) -> bytes:
    data = b"".join(parts)
    return midi_file([b"MTrk" + len(data).to_bytes(4, "big") + data], ticks_per_quarter)


SLOWEST = b"\x00\xff\x51\x03\xff\xff\xff"
BOUNDS = {
    "lasts more than a day": long_file(SLOWEST, ON, b"\xff\xff\xff\x7f" + OFF[1:], END, ticks_per_quarter=1),
    "has more than 200,000 notes": long_file(*[ON] * 200_001, *[OFF] * 200_001, END),
    "has more than 2,000,000 events": long_file(ON, b"\x00\xb0\x01\x00", b"\x00\x01\x00" * 2_000_000, OFF, END),
    "has more than 2,147,483,647 ticks": long_file(ON, (b"\xff\xff\xff\x7f\xff\x01\x00") * 9, OFF, END),
}


@pytest.mark.parametrize("told", BOUNDS)
def test_a_stranger_s_file_has_bounds(told: str) -> None:
    """52 bytes of the first took 9 GB."""
    for read in (partial(guarded_stream_of, engine="fast", rule="paper"), partial(guarded_performance, pedal="folded")):
        with pytest.raises(BadMidi, match=rf"x\.mid: {told}"):
            read(BOUNDS[told], "x.mid")


def test_a_tempo_of_nothing_and_one_that_is_cut_short() -> None:
    """Of the second, symusic takes the next bytes for the tempo."""
    still = guarded_performance(long_file(b"\x00\xff\x51\x03\x00\x00\x00", ON, OFF, END), "x", "folded")
    assert still.release.tolist() == [0]
    for data in (b"\x00\xff\x51\x02\x01\x02", b"\x00\xff\x51\x80\x03\x07\xa1\x20"):
        with pytest.raises(BadMidi, match="belongs to no event"):
            guarded_performance(long_file(data, ON, OFF, END), "x", "folded")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.mid")
    with pytest.raises(BadMidi, match=r"x\.mid: is not a file"):
        read_bytes(tmp_path / "x.mid")
