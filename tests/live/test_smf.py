"""MIDI files that the user drops, read by the page as Python reads them."""

import base64
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Error

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


def files() -> dict[str, bytes]:
    tempo = b"\x00\xff\x51\x03\x07\xa1\x20"
    pedal = bytes.fromhex("00b0407f 00903c40 60803c00 60903c50 60803c00 60b04000 00ff2f00")
    return {
        "bach": Path("primers/bach-bwv846.mid").read_bytes(),
        "made": to_midi(made(1, 200, 30.0)),
        "two tracks": midi_file([track([(0, 100, 60), (50, 150, 64)]), track([(30, 400, 40)])]),
        "pedal": b"MThd\0\0\0\6\0\0\0\1\1\x80MTrk" + (len(tempo + pedal)).to_bytes(4, "big") + tempo + pedal,
    }


def test_the_page_reads_what_python_reads(browser: Browser) -> None:
    tab = browser.new_page()
    tab.add_script_tag(path=PAGE / "smf.js")
    for name, data in files().items():
        found = np.array(tab.evaluate(READ, base64.b64encode(data).decode()))
        expected = read_performance(data, name, "folded")
        assert len(found) == len(expected)
        np.testing.assert_allclose(found[:, 0], expected.onset, atol=1e-6)
        np.testing.assert_allclose(found[:, 1], expected.release, atol=1e-6)
        assert found[:, 2].tolist() == expected.pitch.tolist()
        assert found[:, 3].tolist() == expected.velocity.tolist()
    tab.close()


@pytest.mark.parametrize("data", [b"", b"RIFF", b"MThd\0\0\0\6\0\0\0\0\1\x80"], ids=["empty", "other", "no tracks"])
def test_what_is_no_music_is_told(data: bytes, browser: Browser) -> None:
    with pytest.raises(BadMidi):
        read_performance(data, "x", "folded")
    tab = browser.new_page()
    tab.add_script_tag(path=PAGE / "smf.js")
    with pytest.raises(Error, match=r"this (is not a MIDI file|file holds no notes)"):
        tab.evaluate(READ, base64.b64encode(data).decode())
    tab.close()
