"""The page's network against Python's: what every head says, what it samples, in either kernel; its random numbers."""

from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page

from maestro_lstm.generation.player import Player
from maestro_lstm.generation.sampling import NoteSampling
from maestro_lstm.model.checkpoint import Checkpoint, load_performer
from maestro_lstm.model.note_rows import batch_of
from maestro_lstm.plumbing.choices import LookSize, PedalRule
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import export, network_file
from maestro_lstm.tokens.note_tokens import FIELDS, to_rows
from maestro_lstm.tokens.quantize import quantize
from maestro_lstm.web.live_page import PAGE, weights_script
from tests.performances import SETTINGS, exported_network, made, network

STEERED = {
    "top_p": 0.9,
    "time_top_p": 0.97,
    "temperature": 1.1,
    "time_temperature": 0.9,
    "density": 8.0,
    "loudness": 60.0,
    "polyphony": 5,
}
SAID = """([rows, plain]) => {
    const net = new E.Network(MAESTRO.weights, plain), player = new E.Player(net, 0), said = [];
    for (const [delta, pitch, force, duration] of rows) {
        const note = { delta, pitch, force, duration };
        net.run(player.last, player.left, player.sounding.ends);
        const heads = [net.head(0, note, null, player.sounding.ends)], left = player.sounding.move(delta);
        heads.push(net.head(1, note, left, null), net.head(2, note, left, null));
        heads.push(net.head(3, note, left, player.sounding.ends));
        player.took(note, left);
        said.push(heads.map((head) => Array.from(head)));
    }
    return [said, Boolean(net.products.kernel)];
}"""


def files(tmp_path: Path) -> dict[str, Path]:
    """An untrained network of either pedal, one that looks back, and the one that comes with the package."""
    found = {"shipped": network_file("performer")}
    for pedal in get_args(PedalRule):
        found[pedal] = exported_network(tmp_path / f"{pedal}.safetensors", pedal)
    found["looks"] = exported_network(tmp_path / "looks.safetensors", look=LookSize(2, 8, 24))
    return found


def opened(browser: Browser, path: Path, folder: Path) -> Page:
    (folder / "weights.js").write_text(weights_script(path))  # from a file: what Playwright sends takes seconds
    (folder / "engine.html").write_text(
        f'<script src="weights.js"></script><script src="{(PAGE / "engine.js").as_uri()}"></script>'
    )
    tab = browser.new_page()
    tab.goto((folder / "engine.html").as_uri())
    tab.evaluate(
        """() => {
        const bytes = Uint8Array.from(atob(MAESTRO.weights.base64), (c) => c.charCodeAt(0));
        MAESTRO.weights.data = new Uint16Array(bytes.buffer);
        window.E = engine();
    }"""
    )
    return tab


@pytest.mark.parametrize("kind", ["folded", "events", "looks", "shipped"])
@torch.inference_mode()
def test_every_head_says_what_it_says_in_python(kind: str, browser: Browser, tmp_path: Path) -> None:
    path = files(tmp_path)[kind]
    rows = to_rows(quantize(made(3, 40, 8.0)))
    scores, _ = load_performer(path).scores(batch_of([(rows, 0)], 40))
    tab = opened(browser, path, tmp_path)
    notes = [[int(getattr(rows, field)[k]) for field in FIELDS] for k in range(1, 41)]
    for plain in (False, True):
        said, kernel = tab.evaluate(SAID, [notes, plain])
        assert kernel is not plain
        for k in range(len(FIELDS)):
            ours = np.array([heads[k] for heads in said])
            np.testing.assert_allclose(ours, scores[k][:, 0].numpy(), atol=1e-4, rtol=1e-5)
    tab.close()


@pytest.mark.parametrize("kind", ["folded", "events", "looks"])
@pytest.mark.parametrize("steering", [{}, STEERED], ids=["plainly", "steered"])
def test_the_same_seed_plays_the_same_notes(
    kind: str, steering: dict[str, Any], browser: Browser, tmp_path: Path
) -> None:
    path = files(tmp_path)[kind]
    player = Player(load_performer(path), [7], NoteSampling(**steering))
    expected = [[int(field[0]) for field in player.play()] for _ in range(120)]
    tab = opened(browser, path, tmp_path)
    asked = {"".join(w.title() if k else w for k, w in enumerate(name.split("_"))): v for name, v in steering.items()}
    for plain in (False, True):
        played = tab.evaluate(
            """([steering, plain, count]) => {
            const player = new E.Player(new E.Network(MAESTRO.weights, plain), 7, steering);
            const notes = Array.from({ length: count }, () => player.play());
            return notes.map((n) => [n.delta, n.pitch, n.force, n.duration]);
        }""",
            [asked, plain, len(expected)],
        )
        assert played == expected
    tab.close()


@pytest.mark.parametrize("kind", ["folded", "looks"])
def test_it_goes_back_to_where_it_was(kind: str, browser: Browser, tmp_path: Path) -> None:
    """What was composed and not heard is forgotten: the composer then says what it would have said without it."""
    tab = opened(browser, files(tmp_path)[kind], tmp_path)
    same = tab.evaluate(
        """() => {
        const said = [], note = { onset: 500, pitch: 40, force: 16, duration: 30 };
        for (const ahead of [50, 800]) {
            const heard = [], composer = new E.Composer((message) => heard.push(message));
            const { settings, edges, arrays, data } = MAESTRO.weights;
            composer.receive({ kind: "start", weights: { settings, edges, arrays, data }, seed: 3, steering: {} });
            composer.receive({ kind: "begin", turn: 1, seed: 3 });
            const more = (turn, until) => composer.receive({ kind: "compose", turn, until, heard: 0 });
            while (composer.onset < ahead) more(1, composer.onset + 1);
            composer.receive({ kind: "take", turn: 2, heard: 2, notes: [note] });
            composer.player.random = new E.Random(9);
            more(1, 9999);  // of an older turn: not answered
            more(2, 900);
            said.push(JSON.stringify(heard.filter((m) => m.turn === 2 && m.notes)));
        }
        return [said[0] === said[1], said[0].length];
    }"""
    )
    assert same[0]
    assert same[1] > 1000
    tab.close()


def test_it_goes_on_from_what_was_heard_and_what_others_played(browser: Browser, tmp_path: Path) -> None:
    """Two of its own notes were heard, then two of the user's: the same as a player that plays two and hears two."""
    tab = opened(browser, files(tmp_path)["folded"], tmp_path)
    goes_on, expected = tab.evaluate(
        """() => {
        const { settings, edges, arrays, data } = MAESTRO.weights, weights = { settings, edges, arrays, data };
        const heard = [], composer = new E.Composer((message) => heard.push(message));
        composer.receive({ kind: "start", weights, seed: 3, steering: {} });
        composer.receive({ kind: "begin", turn: 1, seed: 3 });
        const more = (turn, until) => composer.receive({ kind: "compose", turn, until, heard: 0 });
        while (composer.onset < 400) more(1, composer.onset + 1);
        const notes = [500, 530].map((onset, k) => ({ onset, pitch: 40 + k, force: 16, duration: 30 }));
        composer.receive({ kind: "take", turn: 2, heard: 2, notes });
        composer.player.random = new E.Random(9);
        composer.receive({ kind: "compose", turn: 2, until: 1500, heard: 0 });
        const goesOn = heard.filter((m) => m.turn === 2 && m.notes).flatMap((m) => m.notes);

        const player = new E.Player(new E.Network(weights), 3);
        let onset = player.play().delta + player.play().delta;
        for (const note of notes) {
            player.feed({ ...note, delta: note.onset - onset });
            onset = note.onset;
        }
        player.random = new E.Random(9);
        const expected = goesOn.map(() => player.play());
        const shown = (all) => all.map((n) => [n.delta, n.pitch, n.force, n.duration]);
        return [shown(goesOn), shown(expected)];
    }"""
    )
    assert goes_on == expected
    assert len(goes_on) > 3
    tab.close()


def test_random_numbers_are_numpys(browser: Browser, tmp_path: Path) -> None:
    tab = opened(browser, files(tmp_path)["folded"], tmp_path)
    for seed in (0, 7, 2**31, 2**53 - 1):
        ours = tab.evaluate("(s) => { const r = new E.Random(s); return [1, 2, 3, 4, 5].map(() => r.random()); }", seed)
        assert ours == np.random.default_rng(seed).random(5).tolist()
    tab.close()


def test_what_the_page_cannot_run_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "odd.safetensors"
    export(Checkpoint(dict(network().state_dict()), SETTINGS.as_dict()), path, {})  # heads of 12
    with pytest.raises(
        UserError, match=r"odd\.safetensors: hidden, head and the width of a look must be multiples of 8"
    ):
        weights_script(path)
