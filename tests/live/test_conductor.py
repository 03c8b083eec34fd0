"""Who plays when, by a clock of the test's own: nothing hangs, whatever the user does, and they are heard at once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page

from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.web.live_page import PAGE, weights_script
from tests.performances import exported_network

# a piano that writes down what sounds when, a composer that answers at once, and a clock that is set by hand
STAGE = """() => {
    const bytes = Uint8Array.from(atob(MAESTRO.weights.base64), (c) => c.charCodeAt(0));
    const { settings, edges, arrays } = MAESTRO.weights, E = engine();
    const net = { settings, edges, arrays, data: new Uint16Array(bytes.buffer) };
    window.stage = () => {
        const voices = [], states = [], clock = { time: 100 };
        const piano = {
            strike(pitch, velocity, time, seconds) {
                const end = seconds === Infinity ? Infinity : time + Math.min(seconds, 8);
                const voice = { pitch, velocity, start: time, stop: end };
                voice.end = (when) => (voice.stop = Math.min(voice.stop, Math.max(when, time)));
                voices.push(voice);
                return voice;
            },
            hush(time) { for (const voice of voices) voice.end(time); },
        };
        let conductor = null;
        const composer = new E.Composer((message) => conductor && conductor.receive(message));
        composer.receive({ kind: "start", weights: net, seed: 0, steering: {} });
        const on = { changed: (state) => states.push(state) };
        conductor = new Conductor({ now: () => clock.time, piano, send: (m) => composer.receive(m), on });
        const wait = (seconds, ticks = 0.025) => {
            for (let t = 0; t < seconds; t += ticks) { clock.time += ticks; composer.work(); conductor.tick(); }
        };
        const sounding = () => voices.filter((v) => v.start <= clock.time && v.stop > clock.time);
        return { conductor, composer, voices, states, clock, wait, sounding };
    };
}"""
HOSTILE = {
    "stop while it plays": "c.start(1); wait(3); c.stop();",
    "stop twice, start twice": "c.start(1); wait(1); c.start(2); wait(1); c.stop(); c.stop();",
    "held when the window loses its focus": "for (let p = 40; p < 70; p++) c.noteOn(p, 80); wait(1); c.release();",
    "unplugged, the pedal down": "c.setPedal(true); c.noteOn(60, 80); c.noteOff(60); wait(1); c.release();",
    "the pedal is never lifted": """c.waits = false; c.setPedal(true);
        for (let p = 30; p < 90; p++) { c.noteOn(p, 90); c.noteOff(p); } wait(9);""",
    "a key is never let go": "c.waits = false; c.noteOn(60, 90); wait(9);",
    "a thousand notes at once": """for (let k = 0; k < 1000; k++) c.noteOn(21 + (k % 88), 1 + (k % 127));
        c.release();""",
    "struck twice and let go once": "c.noteOn(60, 80); wait(0.1); c.noteOn(60, 90); c.noteOff(60);",
    "let go and not struck": "c.noteOff(60); c.noteOff(200); c.noteOn(61, 0);",
    "notes off the piano": "c.noteOn(5, 80); c.noteOn(127, 80); c.noteOn(-1, 3);",
    "handing over with keys held": """c.noteOn(60, 80); c.noteOn(64, 80); c.setPedal(true); wait(0.2);
        c.handOver(); wait(2); c.stop();""",
    "coming in again and again": """c.start(3);
        for (let k = 0; k < 40; k++) {
            wait(0.13); c.noteOn(50 + k, 70); wait(0.05); c.noteOff(50 + k);
            if (k % 3 === 0) c.handOver();
        }
        c.stop();""",
    "stop while the user plays": "c.noteOn(60, 80); wait(0.1); c.stop();",
    "the machine sleeps": "c.start(4); wait(2); s.clock.time += 3600; c.tick(); wait(1); c.stop();",
    "the tab is hidden": "c.start(5); wait(1); c.hidden = true; wait(6, 1); c.hidden = false; wait(1); c.stop();",
    "the tempo changes": "c.start(6); for (const t of [0.5, 2, 0.5, 1]) { wait(1); c.setTempo(t); } c.stop();",
    "a file while it plays, and the user into it": """c.start(7); wait(1);
        const note = (k) => ({ onset: k / 5, release: k / 5 + 9, pitch: 40 + k, velocity: 80 });
        c.playFile(Array.from({ length: 50 }, (_, k) => note(k)));
        wait(1); c.noteOn(60, 80); wait(0.1); c.noteOff(60); wait(4); c.stop();""",
}


@pytest.fixture(scope="module")
def tab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    path = exported_network(tmp_path_factory.mktemp("live") / "small.safetensors")
    tab = browser.new_page()
    tab.add_script_tag(content=weights_script(path))
    for script in ("engine.js", "conductor.js", "smf.js"):
        tab.add_script_tag(path=PAGE / script)
    tab.evaluate(STAGE)
    yield tab
    tab.close()


def acted(tab: Page, script: str, asked: str) -> Any:
    return tab.evaluate(f"() => {{ const s = stage(), c = s.conductor, wait = s.wait; {script} return {asked}; }}")


@pytest.mark.parametrize("what", HOSTILE)
def test_no_note_hangs(what: str, tab: Page) -> None:
    left, longest, kept = acted(
        tab,
        HOSTILE[what],
        "[s.sounding().length, Math.max(0, ...s.voices.map((v) => v.stop - v.start)), s.composer.before.length]",
    )
    assert left == 0
    assert longest <= 8.1  # seconds
    assert kept < 600


def test_the_user_is_heard_at_once_and_what_was_planned_is_not(tab: Page) -> None:
    at_once, later, state = acted(
        tab,
        "c.start(1); wait(4); const time = s.clock.time; c.noteOn(60, 80);",
        "[s.voices.some((v) => v.pitch === 60 && v.start === time), "
        "s.voices.filter((v) => v.start > time && v.stop > v.start).length, c.state]",
    )
    assert at_once
    assert later == 0
    assert state == "user"


def test_after_a_pause_the_network_goes_on_from_what_was_heard(tab: Page) -> None:
    """It goes back to the last note that was heard, hears the user's notes at their times, and plays on in time."""
    told = acted(
        tab,
        """c.start(2); wait(3);
        const taken = [], take = s.composer.take.bind(s.composer);
        s.composer.take = (m) => { taken.push(m); take(m); };
        const heard = c.log.filter((n) => n.time <= s.clock.time).length, came = s.clock.time;
        c.noteOn(60, 80); wait(0.3); c.noteOff(60); wait(0.2); c.noteOn(67, 100); wait(0.2); c.noteOff(67);
        const let_go = s.clock.time;
        wait(0.6); const before = c.state; wait(0.5);""",
        """[heard, taken.length, taken[0].heard, taken[0].notes, before, c.state, s.states,
        Math.min(...c.log.filter((n) => n.who === "network" && n.time > let_go).map((n) => n.time)) - let_go]""",
    )
    heard, turns, taken, notes, before, state, states, pause = told
    assert (turns, taken, before, state) == (1, heard, "user", "network")
    assert states == ["network", "user", "network"]
    assert [note["pitch"] for note in notes] == [39, 46]
    assert [note["force"] for note in notes] == [19, 24]
    assert notes[1]["onset"] - notes[0]["onset"] == pytest.approx(50, abs=4)
    assert [note["duration"] for note in notes] == [pytest.approx(30, abs=4), pytest.approx(20, abs=4)]
    assert pause > 0.7


def test_without_waiting_only_the_button_hands_over(tab: Page) -> None:
    script = "c.waits = false; c.noteOn(60, 80); wait(0.2); c.noteOff(60); wait(5);"
    assert acted(tab, script, "c.state") == "user"
    assert acted(tab, script + "c.handOver(); wait(3);", "[c.state, s.voices.length > 1]") == ["network", True]


def test_the_same_seed_plays_the_same_piece_another_another_and_tempo_only_scales_it(tab: Page) -> None:
    played = "c.start(5); wait(6);"
    notes = "c.log.map((n) => [n.onset, n.pitch, n.velocity])"
    one, again = acted(tab, played, notes), acted(tab, played, notes)
    assert one == again
    assert len(one) > 5
    assert acted(tab, "c.start(6); wait(6);", notes)[:5] != one[:5]
    slow = acted(tab, f"c.setTempo(0.5); {played}", notes)
    assert slow == one[: len(slow)]
    assert len(slow) < len(one)


def test_the_pedal_holds_what_was_let_go(tab: Page) -> None:
    held, after = acted(
        tab,
        "c.setPedal(true); c.noteOn(60, 80); wait(0.1); c.noteOff(60); wait(0.5); "
        "const held = s.sounding().length; c.setPedal(false);",
        "[held, s.sounding().length]",
    )
    assert (held, after) == (1, 0)


def test_no_note_of_a_file_is_lost_on_a_user_who_comes_in_at_once(tab: Page) -> None:
    """The network hears a file bit by bit; a key struck meanwhile comes after the rest of it."""
    heard, left = acted(
        tab,
        """let heard = 0; const player = s.composer.player, feed = player.feed.bind(player);
        player.feed = (note) => { heard++; feed(note); };
        const note = (k) => ({ onset: k / 20, release: k / 20 + 0.04, pitch: 30 + (k % 60), velocity: 80 });
        c.playFile(Array.from({ length: 1000 }, (_, k) => note(k)));
        wait(0.1); c.noteOn(60, 80); wait(0.1); c.noteOff(60); c.handOver(); wait(3);""",
        "[heard, s.composer.waiting.length]",
    )
    assert (heard, left) == (1001, 0)


def test_a_long_turn_of_the_user_is_answered_without_a_flood(tab: Page) -> None:
    asked, played = acted(
        tab,
        """let asked = 0; const real = c.send; c.send = (m) => { asked += m.kind === "compose"; real(m); };
        c.waits = false;
        for (let k = 0; k < 1000; k++) { c.noteOn(40 + (k % 40), 80); s.clock.time += 0.02; c.noteOff(40 + (k % 40)); }
        const came = s.clock.time; c.handOver(); wait(1);""",
        "[asked, c.log.some((n) => n.who === 'network')]",
    )
    assert played
    assert asked < 100


def test_ten_minutes_are_kept_and_no_more(tab: Page) -> None:
    seconds, planned, before, voices = acted(
        tab,
        "c.start(1); wait(720, 0.1);",
        "[s.clock.time - c.log[0].time, c.planned.length, s.composer.before.length, c.voices().map((v) => v.length)]",
    )
    assert 590 < seconds < 670
    assert planned < 400
    assert before < 400
    assert voices[0] == 0 < voices[1]


def test_after_sleep_it_does_not_play_all_that_it_missed(tab: Page) -> None:
    notes = acted(
        tab, "c.start(4); wait(2); const n = s.voices.length; s.clock.time += 3600; wait(2);", "[n, s.voices.length]"
    )
    assert notes[1] - notes[0] < 100


def test_what_is_saved_is_what_was_heard(tab: Page) -> None:
    script = "c.start(1); wait(3); c.noteOn(60, 80); wait(0.5); c.noteOff(60); wait(3);"
    file, voices = acted(tab, script, "[Array.from(midiFiles().write(c.voices(), ['you', 'it'])), c.voices()]")
    found = read_performance(bytes(file), "saved", "folded")
    expected = sorted(((note["onset"], note["pitch"]) for voice in voices for note in voice), key=lambda n: n[0])
    assert len(found) == len(expected) > 3
    np.testing.assert_allclose(np.sort(found.onset), [onset for onset, _ in expected], atol=0.0011)
    assert sorted(found.pitch.tolist()) == sorted(pitch for _, pitch in expected)
