"""The page that plays on, in a browser: from a file and from the command's server, by keys, MIDI and a dropped file."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from maestro_lstm.cli import play
from maestro_lstm.cli.app import run
from maestro_lstm.export.sound import soundfont
from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import export
from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.web.live_page import write_page
from tests.performances import SETTINGS, network

BUDGET = 15e6  # bytes, with the network that comes with the package
FAKE_MIDI = """() => {
    window.sent = [];
    const input = { name: "keys", type: "input", state: "connected" };
    const output = { id: "o", name: "organ", type: "output", state: "connected", send: (data) => sent.push([...data]) };
    window.access = { inputs: new Map([["i", input]]), outputs: new Map([["o", output]]) };
    window.strike = (...data) => input.onmidimessage({ data: Uint8Array.from(data) });
    navigator.requestMIDIAccess = () => Promise.resolve(access);
}"""
PLAYS = "() => window.MAESTRO.conductor && MAESTRO.conductor.log.some((n) => n.who === 'network')"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("live")
    weights = dict(network(16, head=16).state_dict())
    export(Checkpoint(weights, {**SETTINGS.as_dict(), "head": 16}), root / "small.safetensors", {})
    write_page(root / "small.safetensors", soundfont(), root / "page")
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
    tab.evaluate("strike(0x90, 70, 90)")
    tab.evaluate("access.onstatechange({ port: { type: 'input', state: 'disconnected' } })")
    assert tab.evaluate("MAESTRO.conductor.open.size") == 0
    tab.click("#start")
    assert [0xB0, 123, 0] in tab.evaluate("sent")


def test_a_file_is_gone_on_from_and_what_was_played_is_saved(tab: Page, tmp_path: Path) -> None:
    tab.evaluate("Conductor.FILE = 1")  # second of it that is heard
    tab.set_input_files("#file", "primers/bach-bwv846.mid")
    tab.wait_for_function(PLAYS, timeout=20_000)
    assert "bach-bwv846.mid: 64 notes" in tab.inner_text("#status")
    with tab.expect_download() as download:
        tab.click("#save")
    download.value.save_as(tmp_path / "saved.mid")
    assert len(read_performance((tmp_path / "saved.mid").read_bytes(), "saved", "folded")) > 3
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


def test_the_command_serves_the_page_on_this_machine(
    folder: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made, ready = play.server_of, threading.Event()
    servers = []

    def server_of(place: Path, port: int) -> Any:
        servers.append(made(place, port))
        ready.set()
        return servers[0]

    monkeypatch.setattr(play, "server_of", server_of)
    words = ["play", "--network", str(folder.parent / "small.safetensors"), "--port", "0", "--no-browser"]
    serving = threading.Thread(target=run, args=[words])
    serving.start()
    assert ready.wait(30)
    address = f"http://127.0.0.1:{servers[0].server_port}/"
    tab = browser.new_page()
    tab.goto(address)
    tab.click("#start")
    tab.wait_for_function(PLAYS)
    tab.close()
    with pytest.raises(UserError, match=r"--port .*: Address already in use"):
        made(folder, servers[0].server_port)
    servers[0].shutdown()
    serving.join(30)
    assert address in capsys.readouterr().out


def test_the_folder_is_within_its_budget_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    run(["export", "--page", str(tmp_path / "page")])
    files = list((tmp_path / "page").iterdir())
    assert sum(path.stat().st_size for path in files) <= BUDGET
    own = sum(path.stat().st_size for path in files if path.name not in ("weights.js", "samples.js"))
    assert own <= 120e3
    run(["export", "--page", str(tmp_path / "page")])  # once more, over its own
    (tmp_path / "mine").mkdir()
    with pytest.raises(UserError, match="mine exists and is no such page"):
        run(["export", "--page", str(tmp_path / "mine")])
    with pytest.raises(UserError, match="export needs a network and a file"):
        run(["export"])
