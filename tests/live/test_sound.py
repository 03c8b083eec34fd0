"""The sound itself, rendered offline in the browser: levels over time, of the piano and of a ruler in its place.

The ruler is a recording of a constant: what comes out is the sum of all levels, so a jump of it is a click. Only a new
note may jump.
"""

import base64
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from playwright.sync_api import Browser, Page

from maestro_lstm.export.sound import soundfont
from maestro_lstm.web.live_page import PAGE, samples_script, weights_script
from tests.performances import exported_network

RATE, WINDOW = 48_000, 240  # 5 ms
FLOOR = -66.0  # dB: what is softer counts as silence
SOUNDS = """async ([seconds, real, script]) => {
    const context = new OfflineAudioContext(1, seconds * 48000, 48000);
    const ruler = () => {
        const constant = context.createBuffer(1, 10 * 48000, 48000);
        constant.getChannelData(0).fill(1);
        const starts = Array(30).fill(0), lengths = Array(30).fill(9.9);
        return new Piano(context, constant, { first: 21, step: 3, starts, lengths });
    };
    const piano = real ? await Piano.load(context, MAESTRO.samples) : ruler(), struck = [];
    const strike = piano.strike.bind(piano);
    piano.strike = (pitch, velocity, time, length) => (struck.push(time), strike(pitch, velocity, time, length));
    let own = null;
    const thread = worker(engine, midiFiles, bytesOf, (message) => own && own.receive(message), Conductor.HEARD);
    thread.receive({ kind: "start", weights: MAESTRO.weights, seed: 0, steering: {} });
    own = new Conductor({ now: () => context.currentTime, piano, send: (message) => thread.receive(message) });
    own.waits = false;
    const at = {}; // what happens when, by the number of a tick of 25 ms
    const put = (time, act) => (at[Math.round(time / 0.025)] ||= []).push(act);
    new Function("c", "piano", "at", script)(own, piano, put);
    for (let k = 1; k * 0.025 < seconds; k++)
        context.suspend(k * 0.025).then(() => {
            for (const act of at[k] || []) act();
            thread.tick();
            own.tick();
            context.resume();
        });
    const sound = (await context.startRendering()).getChannelData(0);
    let binary = "";
    const bytes = new Uint8Array(sound.buffer);
    for (let k = 0; k < bytes.length; k += 32768) binary += String.fromCharCode(...bytes.subarray(k, k + 32768));
    return [btoa(binary), struck];
}"""


@pytest.fixture(scope="module")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = exported_network(tmp_path_factory.mktemp("sound") / "small.safetensors")
    tab = browser.new_page()
    for content in (weights_script(path), samples_script(soundfont())):
        tab.add_script_tag(content=content)
    for script in ("engine.js", "smf.js", "worker.js", "sound.js", "conductor.js"):
        tab.add_script_tag(path=PAGE / script)
    yield tab
    tab.close()


class Rendered:
    """A sound, and when its notes were struck."""

    def __init__(self, tab: Page, seconds: float, script: str, real: bool = False) -> None:
        text, struck = tab.evaluate(SOUNDS, [seconds, real, script])
        self.sound = np.frombuffer(base64.b64decode(text), np.float32)
        self.struck = sorted(struck)

    @property
    def levels(self) -> npt.NDArray[np.float64]:
        """dB of full scale, of every 5 ms."""
        whole = self.sound[: len(self.sound) // WINDOW * WINDOW].reshape(-1, WINDOW).astype(np.float64)
        found: npt.NDArray[np.float64] = np.maximum(20 * np.log10(np.sqrt((whole**2).mean(axis=1)) + 1e-9), FLOOR)
        return found

    def level(self, time: float) -> float:
        return float(self.levels[round(time * RATE / WINDOW)])

    @property
    def jump(self) -> float:
        """The greatest change of level in 5 ms, dB; a new note may raise it, and nothing may cut it."""
        steps = np.diff(self.levels)
        for time in self.struck:  # a limiter looks a few ms ahead
            first = int(time * RATE / WINDOW)
            steps[max(first - 2, 0) : first + 6] = np.minimum(steps[max(first - 2, 0) : first + 6], 0)
        return float(np.abs(steps).max())

    @property
    def peak(self) -> float:
        return float(np.abs(self.sound).max())


SCENES = {
    "stop while it plays": "at(0.1, () => c.start(1)); at(3, () => c.stop());",
    "stop after a note has faded": """at(0.1, () => c.noteOn(60, 100)); at(0.4, () => c.noteOff(60));
        at(0.7, () => c.stop());""",
    "stop while it fades": """at(0.1, () => c.noteOn(60, 100)); at(0.4, () => c.noteOff(60));
        at(0.45, () => c.stop());""",
    "start again and again": """at(0.1, () => c.start(1));
        for (const time of [1, 1.5, 2, 2.1]) at(time, () => c.start(time * 10));
        at(3, () => c.stop());""",
    "three hundred keys at once": """at(0.1, () => {
            for (let k = 0; k < 300; k++) piano.strike(21 + (k % 88), 127, c.now(), 1 + k / 100); });
        at(1, () => c.stop());""",
    "three hundred keys, one after another": """at(0.1, () => {
            for (let k = 0; k < 300; k++) piano.strike(21 + (k % 88), 100, c.now() + k / 150, 8); });
        at(2.5, () => c.stop());""",
    "a file into what plays": """const notes = Array.from({ length: 40 }, (_, k) =>
            ({ onset: k / 4, release: k / 4 + 3, pitch: 40 + k, velocity: 90 }));
        at(0.1, () => c.start(2)); at(1, () => c.playFile(notes)); at(3, () => c.stop());""",
    "the user comes in": "at(0.1, () => c.start(3)); at(2, () => c.noteOn(60, 100)); at(2.5, () => c.noteOff(60));",
    "the same key, again and again": """for (let k = 0; k < 20; k++) at(0.1 + k / 20, () => c.noteOn(60, 110));
        at(1.5, () => c.stop());""",
    "the pedal comes up": """at(0.1, () => c.setPedal(true));
        for (let k = 0; k < 10; k++) at(0.2 + k / 20, () => { c.noteOn(50 + k, 90); c.noteOff(50 + k); });
        at(1.5, () => c.setPedal(false));""",
}


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_clicks_or_clips(scene: str, tab: Page) -> None:
    rendered = Rendered(tab, 4, SCENES[scene])
    assert rendered.struck
    assert rendered.levels.max() > -30
    assert rendered.jump <= 3
    assert rendered.peak < 1
    if "stop()" in SCENES[scene]:
        assert rendered.level(3.95) == FLOOR


def test_no_more_voices_than_there_may_be(tab: Page) -> None:
    """Of three hundred keys the last 64 sound on; the others are let go, each once."""
    alone, many = (
        Rendered(
            tab, 3, f"at(0.1, () => {{ for (let k = 0; k < {n}; k++) piano.strike(60, 20, c.now() + k / 500, 8); }});"
        )
        for n in (64, 300)
    )
    assert many.level(2.5) == pytest.approx(alone.level(2.5), abs=0.5)


def test_a_key_is_heard_for_as_long_as_it_is_held_up_to_eight_seconds(tab: Page) -> None:
    held = Rendered(tab, 9.5, "at(0.1, () => c.noteOn(60, 100)); at(9, () => {});")
    assert held.level(0.5) == pytest.approx(held.level(7.9), abs=0.5)
    assert held.level(9.2) == FLOOR
    real = Rendered(tab, 9.5, "at(0.1, () => c.noteOn(48, 100));", real=True)
    assert real.level(0.5) > -30
    assert real.levels[round(7.5 * 200) : (8 * 200)].max() > FLOOR  # a piano's string dies away, but is there
    assert real.level(9.2) == FLOOR


def test_every_key_sounds_when_it_is_struck_and_louder_when_it_is_struck_harder(tab: Page) -> None:
    loud: dict[int, list[float]] = {}
    for velocity in (40, 110):
        script = (
            f"at(0.025, () => {{ for (let k = 0; k < 88; k++) piano.strike(21 + k, {velocity}, 0.1 + k / 5, 0.15); }});"
        )
        rendered = Rendered(tab, 18, script, real=True)
        for k in range(88):
            some = rendered.levels[round((0.1 + k / 5) * 200) : round((0.1 + k / 5 + 0.1) * 200)]
            loud.setdefault(k, []).append(float(some.max()))
    assert min(soft for soft, _ in loud.values()) > -60
    assert all(hard > soft + 6 for soft, hard in loud.values())


def test_a_file_is_heard_at_once_and_in_time(tab: Page) -> None:
    notes = "[0, 0.5, 1, 1.25].map((onset) => ({ onset, release: onset + 0.1, pitch: 60, velocity: 100 }))"
    rendered = Rendered(tab, 4, f"at(0.5, () => c.playFile({notes}));", real=True)
    first = rendered.struck[0]
    assert 0.5 <= first <= 0.8
    assert [time - first for time in rendered.struck[:4]] == pytest.approx([0, 0.5, 1, 1.25], abs=1e-6)
    quiet, sounding = rendered.levels[: int(first * 200) - 1], rendered.levels[int(first * 200) : int(first * 200) + 6]
    assert quiet.max() == FLOOR
    assert sounding.max() > -40  # within 30 ms


def test_what_an_instrument_plays_the_page_does_not(tab: Page) -> None:
    script = """c.outside = { strike: (pitch, velocity, time, seconds) =>
            ({ pitch, start: time, stop: time + seconds, end() {} }), hush() {} };
        at(0.1, () => c.start(1)); at(2, () => c.noteOn(60, 100));"""
    rendered = Rendered(tab, 3, script)
    assert rendered.struck == [2]
    assert rendered.levels[: 2 * 200 - 2].max() == FLOOR
