"""`maestro-lstm compose`, by a network of either kind: from its file alone, and a wrong word is told in a line."""

import json
import sys
from pathlib import Path

import pytest

from maestro_lstm.cli.app import main, run
from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.model.network import initial_weights
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.vocabulary import NEXT, SYMBOLS
from maestro_lstm.tokens.writing import to_midi
from tests.midi_files import midi_file, track
from tests.performances import SETTINGS, made, network


@pytest.fixture
def writes(tmp_path: Path) -> str:
    """A network of the 90 symbols."""
    weights = initial_weights(len(SYMBOLS), 8, seed=0)
    weights["output.bias"][SYMBOLS.index(NEXT)] += 2  # chords of a few notes
    path = tmp_path / "net" / "seed-0.safetensors"
    path.parent.mkdir()
    save_checkpoint(path, Checkpoint(weights, {"hidden": 8, "seq_len": 5}))
    return str(path)


@pytest.fixture
def plays(tmp_path: Path) -> str:
    path = tmp_path / "plays.safetensors"
    save_checkpoint(path, Checkpoint(dict(network().state_dict()), SETTINGS.as_dict()))
    return str(path)


def compose(*words: object) -> None:
    run(["compose", *map(str, words)])


def test_a_piece_of_symbols_after_a_file_of_ones_own_in_a_folder_of_ones_own(
    writes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # neither params.yaml nor data
    Path("mine.mid").write_bytes(midi_file([track([(0, 100, 60), (384, 500, 20), (768, 900, 67)])]))
    Path("out").mkdir()
    Path("out/kept.txt").write_text("mine")
    ends = ("json", "mid", "musicxml", "mp3", "wav", "score", "roll")
    compose(
        *("mine.mid", "--network", writes, "--seconds", 3, "--chord-seconds", 0.5, "--out", "out", "--forms", *ends),
        *("--greatest-chord", 2, "--no-repeats", "--transpose", 2, "--pieces", 2, "--seed", 5),
    )
    told = capsys.readouterr().out
    assert "left out" in told
    assert "1 of 3 notes, off the 88 keys" not in told  # 20 + 2 is on the piano
    assert "net, from mine, seed 6: 6 notes and chords, the largest of 2, 3 seconds" in told
    piece = json.loads(Path("out/mine-2.json").read_text())
    assert piece["notes"][: piece["given"]] == ["D4", NEXT, "A4", NEXT]
    assert piece["drawing"]["greatest_chord"] == 2
    assert all(Path(f"out/mine-{k}.{end}").stat().st_size for k in (1, 2) for end in ends[:5])
    assert Path("out/mine-1-score.png").stat().st_size
    assert Path("out/kept.txt").read_text() == "mine"


def test_a_performance_after_a_file_of_ones_own(plays: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, out = tmp_path / "mine.mid", tmp_path / "out"
    mine.write_bytes(to_midi(made(0, 20, 5.0)))
    compose(mine, "-n", plays, "--seconds", 3, "--density", 5, "--out", out)
    assert sorted(path.name for path in out.iterdir()) == ["mine-1-roll.svg", "mine-1.mid", "mine-1.mp3"]
    told = capsys.readouterr().out
    assert "20 notes of mine" in told
    assert "plays, from mine, seed 0" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--top-p", 2), "--top-p: Input should be less than or equal to 1, not 2.0"),
        (("--temperature", 0), "--temperature: .* greater than 0"),
        (("--seconds", 0), "--seconds: .* greater than 0"),
        (("--forms", "ogg"), "ogg.*(mid|Choose)"),
        (("--pieces", 0), "--pieces is 1 or more"),
        (("--seed", -1), "--seed 0 or more"),
        (("H3",), "a primer is .* not H3"),
        (("none.mid",), r"the primer none.mid: cannot be read"),
        (("--soundfont", "none.sf2"), "none.sf2 is missing"),
        (("--polyphony", -1), "--polyphony: Input should be greater than or equal to 0, not -1"),
        (("--loud", 3), "Unknown option.*--loud"),
        (("--top-k", 3), "--top-k: plays does not take this option"),
        (("--forms", "mid", "score"), "--forms score: plays does not take this option"),
        (("--time-top-p", 0), "--time-top-p: .*greater than 0"),
        (("--network", "best of all"), "best of all is not a network; use .*performer"),
    ],
)
def test_a_wrong_word_is_told_in_a_line(words: tuple[object, ...], message: str, plays: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    chosen = () if "--network" in words else ("--network", plays)
    with pytest.raises(UserError, match=message) as raised:
        compose(*chosen, *words, "--out", out)
    assert "\n" not in str(raised.value)
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--density", 3), "--density: net does not take this option"),
        (("--seconds", 0), "--seconds: .*greater than 0"),
        (("--chord-seconds", -1), "--chord-seconds is above 0"),
        (("--top-k", 91), "--top-k: .* less than or equal to 90"),
        (("nothing",), "a primer is a piano key"),
    ],
)
def test_so_it_is_for_a_network_of_symbols(words: tuple[object, ...], message: str, writes: str) -> None:
    with pytest.raises(UserError, match=message):
        compose("--network", writes, *words)


def test_help_lists_what_can_be_steered(capsys: pytest.CaptureFixture[str]) -> None:
    compose("--help")
    told = capsys.readouterr().out
    for option in ("PRIMER", "--network", "--seconds", "--top-p", "--density", "--no-repeats", "--soundfont"):
        assert option in told


def test_an_error_ends_the_command_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["maestro-lstm", "compose", "-n", "x"])
    with pytest.raises(
        SystemExit, match=r"^error: x is not a network; use best, performer, or the file of a trained one$"
    ):
        main()
