"""The page that plays on, in a browser: from a file and from the command's server, by keys, MIDI and a dropped file."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from maestro_lstm.cli import play
from maestro_lstm.cli.app import run
from maestro_lstm.export.sound import soundfont
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.web.live_page import write_page
from tests.midi_files import midi_file, track
from tests.performances import exported_network

BUDGET = 15e6  # bytes, with the network that comes with the package
FAKE_MIDI = """() => {
    window.sent = [];
    window.when = []; // ms
    const input = { name: "keys", type: "input", state: "connected" };
    const send = (data, at) => sent.push([...data]) && when.push(at || performance.now());
    const output = { id: "o", name: "organ", type: "output", state: "connected", send };
    window.access = { inputs: new Map([["i", input]]), outputs: new Map([["o", output]]) };
    window.strike = (...data) => input.onmidimessage({ data: Uint8Array.from(data) });
    navigator.requestMIDIAccess = () => Promise.resolve(access);
}"""
PLAYS = "() => window.MAESTRO.conductor && MAESTRO.conductor.log.some((n) => n.who === 'network')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("live")
    write_page(exported_network(root / "small.safetensors"), soundfont(), root / "page")
    return root / "page"


@pytest.fixture
def tab(browser: Browser, folder: Path) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1400, "height": 900})
    wrong: list[str] = []
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.add_init_script(f"({FAKE_MIDI})()")
    tab.goto((folder / "index.html").as_uri())
    yield tab
    tab.close()
    assert wrong == []


def state(tab: Page) -> Any:
    return tab.evaluate("MAESTRO.conductor.state")


def test_it_composes_when_started_stops_and_asks_no_network(browser: Browser, folder: Path) -> None:
    tab = browser.new_page()
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((folder / "index.html").as_uri())
    tab.click("#start")
    tab.wait_for_function(PLAYS)
    assert tab.get_attribute("#start", "aria-pressed") == "true"
    assert tab.inner_text("#status") == "The network plays."
    tab.click("#start")
    tab.wait_for_function("MAESTRO.conductor.piano.voices.size === 0")
    assert state(tab) == "silent"
    here = folder.as_uri()
    assert {url for url in asked if not url.startswith((here, "blob:", "data:"))} == set()
    tab.close()


def test_computer_keys_and_the_arrows_play(tab: Page) -> None:
    tab.keyboard.down("KeyA")
    tab.wait_for_function("window.MAESTRO.conductor && MAESTRO.conductor.open.has(60)")
    tab.keyboard.up("KeyA")
    tab.focus("#keys")
    for key in ("ArrowRight", "ArrowUp"):
        tab.keyboard.press(key)
    assert tab.get_attribute("#keys", "aria-valuetext") == "C sharp 5"
    tab.keyboard.down("Space")
    tab.wait_for_function("MAESTRO.conductor.open.has(73)")
    tab.evaluate("window.dispatchEvent(new Event('blur'))")
    assert tab.evaluate("MAESTRO.conductor.open.size") == 0
    assert state(tab) == "user"
    tab.click("#go")
    assert state(tab) == "network"


def test_a_key_that_is_let_go_while_the_page_gets_ready_does_not_hang(tab: Page) -> None:
    ready = tab.evaluate(
        """() => {
        for (const kind of ["keydown", "keyup"]) window.dispatchEvent(new KeyboardEvent(kind, { code: "KeyA" }));
        return Boolean(MAESTRO.conductor);
    }"""
    )
    assert not ready
    played = "window.MAESTRO.conductor && MAESTRO.conductor.log.find((n) => n.who === 'user')?.seconds"
    assert tab.wait_for_function(played).json_value() < 1  # not the eight seconds of a key that hangs
    assert tab.evaluate("MAESTRO.conductor.open.size") == 0


def test_the_piano_on_the_screen_plays_louder_further_down(tab: Page) -> None:
    box = tab.locator('.key[data-pitch="60"]').bounding_box()
    assert box
    loud = []
    for share in (0.7, 0.95):
        tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
        tab.mouse.down()
        tab.wait_for_function("window.MAESTRO.conductor && MAESTRO.conductor.open.has(60)")
        loud.append(tab.evaluate("MAESTRO.conductor.open.get(60).velocity"))
        tab.mouse.up()
        tab.wait_for_function("!MAESTRO.conductor.open.size")
    assert loud[0] < loud[1]


def test_a_midi_keyboard_plays_and_an_instrument_plays_along(tab: Page) -> None:
    tab.click("text=MIDI keyboard and instrument")
    tab.click("#midi")
    tab.wait_for_function("document.getElementById('inputs').textContent.includes('keys')")
    tab.select_option("#output", "o")
    tab.evaluate("strike(0x90, 64, 100)")
    tab.wait_for_function("window.MAESTRO.conductor && MAESTRO.conductor.open.has(64)")
    tab.evaluate("strike(0xb0, 64, 127); strike(0x80, 64, 0)")
    assert tab.evaluate("MAESTRO.conductor.open.has(64)")  # the pedal holds it
    tab.evaluate("strike(0xb0, 64, 0)")
    tab.wait_for_function(PLAYS)  # after a pause
    tab.wait_for_function("sent.some(([status]) => status === 0x90)")
    sounded = "[MAESTRO.conductor.log.filter((n) => n.who === 'network').length, MAESTRO.conductor.piano.voices.size]"
    assert tab.evaluate(sounded)[0] > 0  # and the page's piano is silent
    tab.wait_for_function("MAESTRO.conductor.piano.voices.size === 0")
    tab.evaluate("strike(0x90, 70, 90)")
    tab.evaluate("access.onstatechange({ port: { type: 'input', state: 'disconnected' } })")
    assert tab.evaluate("MAESTRO.conductor.open.size") == 0
    tab.click("#start")
    assert [0xB0, 123, 0] in tab.evaluate("sent")


def test_an_instrument_is_hushed_before_the_next_piece_begins_and_stays_connected(tab: Page) -> None:
    tab.click("text=MIDI keyboard and instrument")
    tab.click("#midi")
    tab.wait_for_function("document.getElementById('inputs').textContent.includes('keys')")
    tab.select_option("#output", "o")
    tab.click("#midi")  # once more
    assert tab.input_value("#output") == "o"
    tab.click("#start")
    tab.wait_for_function("sent.some(([status]) => status === 0x90)")
    # at one stroke: nothing of the older piece comes between
    tab.evaluate("() => { window.older = sent.length; document.getElementById('again').click(); }")
    tab.wait_for_function("sent.slice(older).some(([status]) => status === 0x90)")
    ahead, silenced, begins = tab.evaluate(
        """() => {
            const at = (from, to, status) =>
                sent.slice(from, to).flatMap(([kind, one], k) => (kind === status ? [[one, when[from + k]]] : []));
            const hush = sent.findIndex(([kind, one], k) => k >= older && kind === 0xb0 && one === 123);
            const ahead = at(0, hush, 0x90).filter(([, time]) => time > when[hush]);
            const first = sent.findIndex(([kind], k) => k > hush && kind === 0x90);
            return [ahead, at(hush, first, 0x80), when[hush] < when[first]];
        }"""
    )
    assert begins
    assert [[pitch, time + 1] for pitch, time in ahead] == silenced  # what was sent ahead is let go as it begins


def test_a_file_is_gone_on_from_and_what_was_played_is_saved(tab: Page, tmp_path: Path) -> None:
    tab.evaluate("Conductor.FILE = 1")  # second of it that is heard
    tab.set_input_files("#file", "primers/bach-bwv846.mid")
    tab.wait_for_function(PLAYS, timeout=20_000)
    assert tab.inner_text("#status") == "bach-bwv846.mid: 64 notes; it goes on."
    with tab.expect_download() as download:
        tab.click("#save")
    download.value.save_as(tmp_path / "saved.mid")
    assert len(read_performance((tmp_path / "saved.mid").read_bytes(), "saved", "folded")) > 3
    notes = [(20 * k, 20 * k + 15, 30 + k % 60) for k in range(2000)]
    (tmp_path / "long.mid").write_bytes(midi_file([track(notes)]))
    tab.set_input_files("#file", str(tmp_path / "long.mid"))
    told = "long.mid: 2000 notes, of which the network has heard the last 1500; it goes on."
    tab.wait_for_function(f"document.getElementById('status').textContent === {told!r}")
    (tmp_path / "bad.mid").write_text("no music")
    tab.set_input_files("#file", str(tmp_path / "bad.mid"))
    tab.wait_for_function("document.getElementById('status').textContent === 'bad.mid: this is not a MIDI file'")


def test_steering_reaches_the_composer_and_the_seed_makes_it_again(tab: Page) -> None:
    tab.fill("#seed", "5")
    pieces: list[Any] = []
    for _ in range(2):
        tab.click("#again" if pieces else "#start")
        tab.wait_for_function("window.MAESTRO.conductor && MAESTRO.conductor.planned.length > 3")
        pieces.append(tab.evaluate("MAESTRO.conductor.planned.slice(0, 4).map((n) => [n.onset, n.pitch, n.velocity])"))
    assert pieces[0] == pieces[1]
    tab.click("#other")
    assert tab.input_value("#seed") != "5"
    tab.select_option("#preset", "calm")
    assert tab.input_value("#density") == "3"
    tab.click("text=Steer")
    tab.fill("#lowest", "72")
    tab.click("#again")
    tab.wait_for_function("MAESTRO.conductor.planned.length > 2")
    assert min(tab.evaluate("MAESTRO.conductor.planned.map((n) => n.pitch)")) >= 72


# what the worker does when it is asked to begin, put behind its own script
SPOILT = """(words) => {
    const real = URL.createObjectURL;
    URL.createObjectURL = (blob) => real(new Blob([blob, words], { type: blob.type }));
}"""
FASTER = """() => {
    const real = setInterval;
    window.setInterval = (act, ms) => real(act, ms === 1000 ? 100 : ms);
}"""
STUCK = ';{ const own = onmessage; onmessage = (e) => { if (e.data.kind === "begin") for (;;); own(e); }; }'
BROKEN = """;{ const own = onmessage;
    onmessage = ({ data }) => own({ data: data.kind === "begin" ? { ...data, seed: 1.5 } : data }); }"""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (STUCK, "The network has stopped: it has not answered for 5 seconds"),
        (BROKEN, "The network has stopped: The number 1.5"),
    ],
    ids=["stuck", "broken"],
)
def test_a_worker_that_fails_is_told_in_words(words: str, told: str, browser: Browser, folder: Path) -> None:
    tab = browser.new_page()
    tab.add_init_script(f"({SPOILT})({json.dumps(words)})")
    if words == STUCK:  # five looks at the worker, a tenth of a second apart
        tab.add_init_script(f"({FASTER})()")
    tab.goto((folder / "index.html").as_uri())
    tab.click("#start")
    tab.wait_for_function(f"document.getElementById('problem').textContent.includes({json.dumps(told)})")
    assert state(tab) == "silent"
    tab.close()


@pytest.mark.parametrize("seed", ["1.5", "-3", "1e99", ""])
def test_whatever_stands_for_a_seed_plays(seed: str, tab: Page) -> None:
    tab.fill("#seed", seed)
    tab.click("#start")
    tab.wait_for_function(PLAYS)
    assert tab.input_value("#seed") in ("0", "1", "999999999")
    assert not tab.is_visible("#problem")


HEARS = """() => {
    const real = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to === this.context.destination && !window.ear) {
            window.ear = this.context.createAnalyser();
            real.call(this, window.ear);
        }
        return real.call(this, to, ...rest);
    };
    window.loud = () => {
        const some = new Float32Array(window.ear ? window.ear.fftSize : 0);
        if (window.ear) window.ear.getFloatTimeDomainData(some);
        return Math.max(0, ...some.map(Math.abs));
    };
}"""


def test_what_is_played_comes_out_of_the_page_and_ends_at_stop(browser: Browser, folder: Path) -> None:
    tab = browser.new_page()
    tab.add_init_script(f"({HEARS})()")
    tab.goto((folder / "index.html").as_uri())
    tab.click("#start")
    tab.wait_for_function("loud() > 0.01")
    tab.click("#start")
    tab.wait_for_function("loud() < 1e-4")
    tab.keyboard.down("KeyA")
    tab.wait_for_function("loud() > 0.01")
    tab.close()


def test_keys_leave_the_browser_its_own(tab: Page) -> None:
    """A letter plays, also after a slider was moved; with Ctrl, Alt or in a field it does not; a key that is let go
    while Ctrl is down does not hang; and space does not scroll."""
    pressed = """(options, id) => {
        const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...options });
        (id ? document.getElementById(id) : document.body).dispatchEvent(event);
        return event.defaultPrevented;
    }"""
    taken = {
        name: tab.evaluate(f"([options, id]) => ({pressed})(options, id)", [options, place])
        for name, options, place in (
            ("letter", {"code": "KeyA"}, ""),
            ("slider", {"code": "KeyS"}, "tempo"),
            ("held", {"code": "KeyD", "repeat": True}, ""),
            ("space", {"code": "Space", "repeat": True}, "keys"),
            ("copy", {"code": "KeyF", "ctrlKey": True}, ""),
            ("menu", {"code": "KeyF", "altKey": True}, ""),
            ("field", {"code": "KeyE"}, "seed"),
            ("list", {"code": "KeyE"}, "preset"),
            ("tab", {"code": "Tab"}, ""),
            ("slash", {"code": "Slash"}, ""),
            ("button", {"code": "Space"}, "start"),
        )
    }
    assert {name for name, one in taken.items() if one} == {"letter", "slider", "held", "space"}
    tab.wait_for_function("window.MAESTRO.conductor && MAESTRO.conductor.open.size === 2")
    for code in ("KeyA", "KeyS"):
        tab.evaluate("(code) => window.dispatchEvent(new KeyboardEvent('keyup', { code, ctrlKey: true }))", code)
    tab.wait_for_function("!MAESTRO.conductor.open.size")


@pytest.mark.parametrize("width", [360, 390, 1400])
def test_nothing_is_wider_than_the_window_and_targets_are_large(width: int, browser: Browser, folder: Path) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.goto((folder / "index.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    small = "[...document.querySelectorAll('button, select, summary, .button')]"
    assert tab.evaluate(f"{small}.filter((e) => e.offsetParent).every((e) => e.getBoundingClientRect().height >= 44)")
    tab.close()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("weights.js", "The network is missing: weights.js did not load."),
        ("samples.js", "The piano is missing: samples.js did not load."),
        ("audio", "This browser has no Web Audio"),
        ("wasm", "the network runs in JavaScript"),
        ("midi", "This browser has no Web MIDI"),
    ],
)
def test_what_is_missing_is_told_in_plain_text(spoil: str, told: str, browser: Browser, folder: Path) -> None:
    tab = browser.new_page()
    tab.route(f"**/{spoil}", lambda route: route.abort())
    gone = {"audio": "window.AudioContext = undefined", "wasm": "delete window.WebAssembly"}
    tab.add_init_script(gone.get(spoil, "Object.defineProperty(navigator, 'requestMIDIAccess', { value: undefined })"))
    tab.goto((folder / "index.html").as_uri())
    assert told in tab.inner_text("body") or told in (tab.text_content("#midi-missing") or "")
    if spoil == "wasm":  # it plays all the same
        tab.click("#start")
        tab.wait_for_function(PLAYS)
    tab.close()


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[tuple[str, threading.Event]]:
    """`maestro-lstm play` at work: its address, and whether its browser has opened."""
    made, ready, opened, closed = play.server_of, threading.Event(), threading.Event(), threading.Event()
    servers = []

    def server_of(files: Any, port: int) -> Any:
        servers.append(made(files, port))
        ready.set()
        return servers[0]

    def browse(address: str) -> None:
        """One of the terminal: it asks for the page, and stays open."""
        with urllib.request.urlopen(address, timeout=30) as page:
            assert page.status == 200
        opened.set()
        closed.wait()

    words = ["play", "--network", str(folder.parent / "small.safetensors"), "--port", "0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(play, "server_of", server_of)
        patch.setattr("webbrowser.open", browse)
        serving = threading.Thread(target=run, args=[words])
        serving.start()
        assert ready.wait(30)
        yield f"http://127.0.0.1:{servers[0].server_port}/", opened
        servers[0].shutdown()
        closed.set()
        serving.join(30)
    assert not serving.is_alive()


def test_the_command_serves_the_page_and_a_browser_of_the_terminal_does_not_stop_it(
    served: tuple[str, threading.Event], browser: Browser
) -> None:
    address, opened = served
    assert opened.wait(60)
    tab = browser.new_page()
    tab.goto(address)
    tab.click("#start")
    tab.wait_for_function(PLAYS)
    tab.close()
    with pytest.raises(UserError, match=r"--port .*: Address already in use"):
        play.server_of({}, int(address.rsplit(":")[-1].strip("/")))


def test_only_this_machine_s_own_names_are_served(served: tuple[str, threading.Event]) -> None:
    address, opened = served
    assert opened.wait(60)
    port = int(address.rsplit(":")[-1].strip("/"))
    statuses = {}
    for host in (f"127.0.0.1:{port}", "localhost:9", "127.0.0.1", f"evil.example:{port}", "evil.example", ""):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/weights.js", headers={"Host": host})
        statuses[host] = connection.getresponse().status
        connection.close()
    own = [f"127.0.0.1:{port}", "localhost:9", "127.0.0.1"]  # by another port through ssh
    assert [host for host, status in statuses.items() if status == 200] == own
    for site, mode, status in (
        ("cross-site", "no-cors", 421),
        ("cross-site", "navigate", 200),
        ("same-origin", "", 200),
    ):
        connection = HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/weights.js", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
        answer = connection.getresponse()
        assert answer.status == status
        assert status != 200 or answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        connection.close()
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/../../etc/passwd")
    assert connection.getresponse().status == 404
    connection.close()


@pytest.mark.parametrize("port", [-1, 65_536, 70_000])
def test_a_port_that_is_none_is_told_in_a_line(port: int) -> None:
    with pytest.raises(UserError, match=rf"--port is 0 to 65535, not {port}"):
        run(["play", "--port", str(port)])


def test_however_it_ends_nothing_is_left_on_the_disk(folder: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", "from maestro_lstm.cli.app import main; main()", "play", "--port", "0"]
    command += ["--network", str(folder.parent / "small.safetensors"), "--no-browser"]
    with subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE, text=True
    ) as it:
        assert it.stdout
        assert it.stdout.readline().startswith("http://127.0.0.1:")
        it.send_signal(signal.SIGTERM)
        assert it.wait(30)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_within_its_budget_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    page, mine = tmp_path / "page", tmp_path / "mine"
    run(["export", "--page", str(page)])
    files = list(page.iterdir())
    assert sum(path.stat().st_size for path in files) <= BUDGET
    own = sum(path.stat().st_size for path in files if path.name not in ("weights.js", "samples.js"))
    assert own <= 120e3
    (page / "index.html").write_text("an older one")
    run(["export", "--page", str(page)])  # once more, over its own
    assert (page / "index.html").read_text().startswith("<!doctype html>")

    mine.mkdir()
    (mine / "engine.js").write_text("of a program of mine")
    (mine / "photo.jpg").write_bytes(b"me")
    with pytest.raises(UserError, match=r"mine holds photo\.jpg, which is not the page's"):
        run(["export", "--page", str(mine)])
    assert sorted(path.name for path in mine.iterdir()) == ["engine.js", "photo.jpg"]
    with pytest.raises(UserError, match=r"photo\.jpg is a file, not a folder"):
        run(["export", "--page", str(mine / "photo.jpg")])
    with pytest.raises(UserError, match="export needs a network and a file"):
        run(["export"])
