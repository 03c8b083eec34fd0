"""The page of music in a real browser, with no network: it opens, plays, shows, and works by keyboard and on phones."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from maestro_lstm.export.formats import formats
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.names import file_name
from maestro_lstm.generation.pieces import SymbolPiece
from maestro_lstm.plumbing.files import read_json
from maestro_lstm.tokens.vocabulary import NEXT
from maestro_lstm.web.music_page import Entry, page

HOSTILE = "<script>window.hacked = 1</script> & \"quoted\" 'too'"
DRAWING = {
    "length": 2,
    "unit": "notes",
    "temperature": 1.0,
    "top_k": 0,
    "top_p": 0.9,
    "greatest_chord": 3,
    "no_repeats": True,
}
MUSIC = ("C3", "E3", NEXT, "G4", NEXT, "C5", "E5", "G5", NEXT)
ABOUT = {"from": "C3", "primer": "C3", "seed": 7, "drawing": DRAWING}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of four pieces: one with a hostile title, one without a note, and a real one whose files are missing."""
    root = tmp_path_factory.mktemp("generated")
    pieces = {
        ("paper", "c3-1"): SymbolPiece("paper, from C3", (NEXT, NEXT), 0, 0.25, ABOUT),
        ("best", "f#3-1"): SymbolPiece("best, from F#3", MUSIC, 2, 0.25, ABOUT),
        ("hostile", "c3-1"): SymbolPiece(HOSTILE, MUSIC, 2, 0.5, {**ABOUT, "primer": HOSTILE}),
        ("real", "1"): SymbolPiece("a real piece", MUSIC, 0, 0.25, {}),
    }
    entries = []
    for (writer, name), piece in pieces.items():
        (root / writer).mkdir()
        files = {}
        for end, data in formats(piece, soundfont()).items():
            files[end] = f"{writer}/{file_name(name, end)}"
            (root / files[end]).write_bytes(data)
        entries.append(Entry(writer, read_json(root / files["json"]), files))
    (root / "index.html").write_bytes(page({"From C3, seed 7": entries}, "Real music: ours."))
    shutil.rmtree(root / "real")
    return root


@pytest.fixture
def opened(browser: Browser, folder: Path) -> Iterator[Page]:
    tab = browser.new_page(viewport={"width": 1400, "height": 900})
    tab.goto((folder / "index.html").as_uri())
    yield tab
    tab.close()


def test_it_opens_without_errors_and_asks_no_network(browser: Browser, folder: Path) -> None:
    tab = browser.new_page()
    errors: list[str] = []
    asked: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto((folder / "index.html").as_uri())
    tab.wait_for_timeout(300)
    missing = [error for error in errors if "ERR_FILE_NOT_FOUND" in error]
    assert len(missing) == 3  # the real piece's sound and pictures
    assert errors == missing
    assert asked
    assert all(url.startswith("file://") for url in asked)
    tab.close()


def test_sound_loads_and_reports_its_length_and_pictures_have_size(opened: Page) -> None:
    opened.wait_for_function("[...document.querySelectorAll('audio')].every(a => a.duration > 0)")
    lengths = opened.evaluate("[...document.querySelectorAll('audio')].map(a => a.duration)")
    assert len(lengths) == 2  # one piece has no note, one no files
    assert 0.75 <= lengths[0] < 2.5  # three chords of a quarter second, and what rings on
    assert 1.5 <= lengths[1] < 3.5  # the same at half the speed
    sizes = opened.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight, i.clientWidth])")
    assert len(sizes) == 4
    assert all(min(size) > 100 for size in sizes)
    assert all(alt for alt in opened.evaluate("[...document.images].map(i => i.alt)"))


def test_a_collapse_and_files_that_are_not_here_are_told(opened: Page) -> None:
    opened.wait_for_function("document.querySelectorAll('.missing').length == 3")
    assert "collapsed: only <NEXT> in 2 symbols" in opened.locator("article").nth(0).inner_text()
    real = opened.locator("article").nth(3)
    assert real.locator(".missing").count() == 3
    assert "Not in this copy: dvc repro -P makes it." in real.inner_text()


def test_seed_and_settings_stand_beside_each_piece(opened: Page) -> None:
    text = opened.locator("article").nth(1).inner_text()
    for words in ("seed\n7", "length\n2", "unit\nnotes", "top k\n0", "top p\n0.9", "no repeats\nyes"):
        assert words in text.replace("\n\n", "\n")


def test_words_of_strangers_are_words(opened: Page) -> None:
    assert opened.evaluate("window.hacked") is None
    assert HOSTILE in opened.locator("article").nth(2).inner_text()


def test_it_is_worked_by_keyboard_and_plays_one_at_a_time(opened: Page) -> None:
    reached = []
    for _ in range(40):
        opened.keyboard.press("Tab")
        reached.append(opened.evaluate("document.activeElement.tagName + ' ' + document.activeElement.className"))
    assert {"AUDIO ", "A ", "A score"} <= set(reached)
    opened.evaluate("document.querySelectorAll('audio').forEach(a => { a.muted = true; a.loop = true; })")
    for index in (0, 1):
        opened.evaluate(f"document.querySelectorAll('audio')[{index}].focus()")
        opened.keyboard.press("Space")
        opened.wait_for_function(f"!document.querySelectorAll('audio')[{index}].paused")
    opened.wait_for_function("document.querySelectorAll('audio')[0].paused")


@pytest.mark.parametrize("width", [320, 390, 768, 1400])
def test_nothing_is_wider_than_the_window(width: int, browser: Browser, folder: Path) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 800})
    tab.goto((folder / "index.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    columns = tab.evaluate("new Set([...document.querySelectorAll('article')].map(a => a.offsetLeft)).size")
    assert columns == {320: 1, 390: 1, 768: 2, 1400: 4}[width]
    tab.close()
