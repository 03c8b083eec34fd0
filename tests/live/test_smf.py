"""MIDI files that the user drops, read by the page as Python reads them."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Error, Page

from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.tokens.writing import to_midi
from maestro_lstm.web.live_page import PAGE
from tests.midi_files import midi_file, track
from tests.performances import made

READ = """(text) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return midiFiles().read(bytes.buffer).map((n) => [n.onset, n.release, n.pitch, n.velocity]);
}"""


SAID = """(text) => {
    const said = [], own = worker(engine, midiFiles, bytesOf, (message) => said.push(message), Conductor.HEARD);
    own.receive({ kind: "file", turn: 7, name: "mine", content: bytesOf(text).buffer });
    return said;
}"""


def said_by_the_worker(browser: Browser, data: bytes) -> dict[str, Any]:
    tab = browser.new_page()
    for script in ("engine.js", "smf.js", "worker.js", "sound.js", "conductor.js"):
        tab.add_script_tag(path=PAGE / script)
    (message,) = tab.evaluate(SAID, base64.b64encode(data).decode())
    tab.close()
    found: dict[str, Any] = message
    return found


def one_track(*events: bytes, ticks_per_quarter: int = 384, kind: int = 1, tracks: int = 1) -> bytes:
    data = b"".join(events)
    whole = midi_file([b"MTrk" + len(data).to_bytes(4, "big") + data] * tracks, ticks_per_quarter)
    return whole[:8] + kind.to_bytes(2, "big") + whole[10:]


ON, OFF, END = b"\0\x90\x3c\x40", b"\x60\x80\x3c\0", b"\0\xff\x2f\0"
DOWN, UP = b"\0\xb0\x40\x7f", b"\x60\xb0\x40\0"
SLOWEST = b"\0\xff\x51\3\xff\xff\xff"
FASTER = b"\0\xff\x51\3\3\xd0\x90"
FILES = {
    "bach": Path("primers/bach-bwv846.mid").read_bytes(),
    "made": to_midi(made(1, 200, 30.0)),
    "two tracks": midi_file([track([(0, 100, 60), (50, 150, 64)]), track([(30, 400, 40)])]),
    "two channels": midi_file([track([(0, 100, 60)]), track([(0, 90, 60)], 3)]),
    "drums beside": midi_file([track([(0, 100, 60)]), track([(0, 90, 40)], 9)]),
    "pedal": one_track(DOWN, ON, OFF, b"\x60\x90\x3c\x50", OFF, UP, END),
    "pedal to the end": one_track(DOWN, ON, OFF, b"\x60\x90\x40\x50", b"\x60\x80\x40\0", END),
    "pedal before the program": one_track(DOWN, b"\0\xc0\5", ON, OFF, UP, END),
    "pedal of another program": one_track(ON, DOWN, b"\0\xc0\5", OFF, ON, OFF, UP, END),
    "pedal before the first of two programs": one_track(DOWN, ON, OFF, b"\0\xc0\5", ON, OFF, UP, END),
    "pedal of a silent program": one_track(ON, OFF, b"\0\xc0\5", DOWN, b"\0\xc0\6", ON, OFF, UP, END),
    "silent programs, and back": one_track(
        *(DOWN, ON, OFF, b"\0\xc0\5", DOWN, b"\0\xc0\0", ON, OFF, b"\0\xc0\6", ON, OFF, UP, b"\0\xc0\7", ON, OFF, END)
    ),
    "tempo in the middle": one_track(ON, OFF, FASTER, ON, OFF, END),
    "two tempos at once": one_track(b"\0\xff\x51\3\7\xa1\x20", FASTER, ON, OFF, END),
    "no tempo at all": one_track(b"\0\xff\x51\3\0\0\0", ON, OFF, END),
    "running status": one_track(ON, b"\x60\x3c\0", END),
    "running on after a meta event": one_track(ON, b"\0\xff\1\2hi", b"\x60\x3c\0", END),
    "a key struck twice": one_track(ON, b"\x10\x90\x3c\x50", OFF, OFF, END),
    "let go and not struck": one_track(OFF, ON, OFF, END),
    "never let go": one_track(ON, b"\0\x90\x40\x40", OFF, END),
    "system exclusive": one_track(b"\0\xf0\3\1\2\xf7", ON, OFF, END),
    "no end of track": one_track(ON, OFF),
    "after the end of track": one_track(ON, OFF, END, b"whatever"),
    "of kind 0": one_track(ON, OFF, END, kind=0),
    "of kind 2": one_track(ON, OFF, END, kind=2),
    "another chunk": midi_file([b"XFIH\0\0\0\2hi" + track([(0, 100, 60)])]),
    # refused
    "empty": b"",
    "other": b"RIFF" * 9,
    "no tracks": midi_file([]),
    "of kind 3": one_track(ON, OFF, END, kind=3),
    "a longer header": b"MThd\0\0\0\x0a" + one_track(ON, OFF, END)[8:14] + bytes(4) + one_track(ON, OFF, END)[14:],
    "SMPTE time": one_track(ON, OFF, END, ticks_per_quarter=0xE728),
    "no time": one_track(ON, OFF, END, ticks_per_quarter=0),
    "cut short": one_track(ON, OFF, END)[:-3],
    "a track too few": midi_file([track([(0, 9, 60)])])[:10] + b"\0\2" + midi_file([track([(0, 9, 60)])])[12:],
    "drums alone": midi_file([track([(0, 90, 40)], 9)]),
    "F7": one_track(ON, b"\0\xf7\1\0", OFF, END),
    "a clock": one_track(ON, b"\0\xf8", OFF, END),
    "running on after system exclusive": one_track(ON, b"\0\xf0\1\xf7", b"\x60\x3c\0", END),
    "no status": one_track(b"\0\x3c\x40", END),
    "a pitch too high": one_track(b"\0\x90\xbc\x40", END),
    "a tempo of two bytes": one_track(b"\0\xff\x51\2\7\xa1", ON, OFF, END),
    "five bytes of delta": one_track(ON, b"\xff\xff\xff\xff\0\x80\x3c\0", END),
    "an end without a length": one_track(ON, OFF, b"\0\xff\x2f"),
    "a day and more": one_track(SLOWEST, ON, b"\xff\xff\xff\x7f\x80\x3c\0", ticks_per_quarter=1),
}


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    tab = browser.new_page()
    tab.add_script_tag(path=PAGE / "smf.js")
    yield tab
    tab.close()


@pytest.mark.parametrize("name", FILES)
def test_the_page_reads_and_refuses_what_python_does(name: str, tab: Page) -> None:
    data = FILES[name]
    try:
        expected = read_performance(data, name, "folded")
    except BadMidi:
        with pytest.raises(Error, match=r"this (is not a MIDI file|file )"):
            tab.evaluate(READ, base64.b64encode(data).decode())
        return
    found = np.array(tab.evaluate(READ, base64.b64encode(data).decode()))
    assert len(found) == len(expected)
    np.testing.assert_allclose(found[:, 0], expected.onset, atol=1e-9)
    np.testing.assert_allclose(found[:, 1], expected.release, atol=1e-9)
    assert found[:, 2].tolist() == expected.pitch.tolist()
    assert found[:, 3].tolist() == expected.velocity.tolist()


def test_a_file_of_a_hundred_thousand_notes_reaches_the_page_as_its_last(browser: Browser) -> None:
    """They took nine seconds at ten thousand, and overflowed the stack beyond."""
    data = midi_file([track([(20 * k, 20 * k + 15, 30 + k % 60) for k in range(130_000)])])
    message = said_by_the_worker(browser, data)
    assert (message["kind"], message["name"], message["count"]) == ("file", "mine", 130_000)
    assert len(message["notes"]) == 1500
    assert message["notes"][-1]["pitch"] == 30 + 129_999 % 60


def test_a_file_that_no_piano_has_and_one_that_is_none_are_told(browser: Browser) -> None:
    low = midi_file([track([(0, 9, 5)])])
    for data, why in ((low, "no note of this file is on the piano's 88 keys"), (b"x", "this is not a MIDI file")):
        assert said_by_the_worker(browser, data) == {"kind": "refused", "turn": 7, "name": "mine", "why": why}
