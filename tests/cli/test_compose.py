"""`maestro-lstm compose`, by a network of either kind: from its file alone, and a wrong word is told in a line."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from maestro_lstm.cli.app import main, run
from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.model.network import initial_weights
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.tokens.vocabulary import NEXT, SYMBOLS
from maestro_lstm.tokens.writing import to_midi
from maestro_lstm.trained.load import load
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


def test_names_in_any_script_are_kept_apart_and_no_piece_is_overwritten(
    plays: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    for k, name in enumerate(("作品", "夜曲", "कोमल", "Прелюдия № 1", "-x", "a b", "a-b", "***")):
        (tmp_path / f"{name}.mid").write_bytes(to_midi(made(k, 20, 5.0)))
        compose(tmp_path / f"{name}.mid", "-n", plays, "--seconds", 1, "--out", out, "--forms", "mid")
    written = {path.name: path.read_bytes() for path in out.iterdir()}
    names = {
        "作品-1.mid",
        "夜曲-1.mid",
        "कोमल-1.mid",
        "прелюдия-1-1.mid",
        "x-1.mid",
        "a-b-1.mid",
        "a-b-2.mid",
        "piece-1.mid",
    }
    assert set(written) == names
    again = ("-n", plays, "--seconds", 1, "--out", out, "--forms", "mid")
    compose(tmp_path / "a b.mid", *again)  # the same once more is the same file
    compose(tmp_path / "夜曲.mid", *again[:-2], "--forms", "json", "--seed", 9)  # of other forms, but another piece
    assert (out / "夜曲-2.json").exists()
    (out / "夜曲-2.json").unlink()
    compose(tmp_path / "a b.mid", *again, "--pieces", 3)  # and another is another
    assert {path.name for path in out.iterdir()} == {*names, "a-b-3.mid", "a-b-4.mid"}
    assert all((out / name).read_bytes() == data for name, data in written.items())
    assert "a-b-3.mid" in capsys.readouterr().out


@pytest.mark.parametrize("network", ["plays", "writes"])
def test_of_a_long_file_no_more_is_gone_on_from_than_its_end(
    network: str, plays: str, writes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two notes half an hour apart, in 45 bytes, once took 2 GB and 46 s."""
    long, out, form = tmp_path / "long.mid", tmp_path / "out", ("--forms", "mid", "json")
    long.write_bytes(midi_file([track([(k * 768, k * 768 + 100, 60 + k % 9) for k in range(2000)])]))  # 33 minutes
    chosen = (long, "-n", {"plays": plays, "writes": writes}[network], "--seconds", 2, "--out", out)
    compose(*chosen, *form)
    told = {"plays": "the last 601 of 2,000 notes of long", "writes": "2,000 notes and chords of long"}
    assert told[network] in capsys.readouterr().out
    compose(*chosen, *form, "--primer-seconds", 5)
    told = {"plays": "the last 6 of 2,000 notes of long", "writes": "the last 20 of 2,000 notes and chords of long"}
    assert told[network] in capsys.readouterr().out
    piece = json.loads((out / "long-2.json").read_text())
    assert piece["given"] == {"plays": 6, "writes": 40}[network]
    for seconds in (0, 601):
        with pytest.raises(UserError, match="a primer has more than 0 and at most 600 seconds"):
            compose(*chosen, "--primer-seconds", seconds)


def test_a_note_of_half_an_hour_ends_with_the_piece(plays: str, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.mid", tmp_path / "out"
    mine.write_bytes(midi_file([track([(0, 1_400_000, 60)])]))
    compose(mine, "-n", plays, "--seconds", 2, "--out", out, "--forms", "json")
    notes = json.loads((out / "mine-1.json").read_text())["notes"]
    assert max(notes["release"]) == 2


def test_a_long_silence_before_the_first_note_is_not_kept(plays: str, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.mid", tmp_path / "out"
    mine.write_bytes(midi_file([track([(1_400_000, 1_400_100, 60)])]))
    compose(mine, "-n", plays, "--seconds", 2, "--out", out, "--forms", "json")
    assert json.loads((out / "mine-1.json").read_text())["notes"]["onset"][0] == 0


def test_what_is_silent_is_said_and_nothing_written(plays: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="nothing was written: it is silent; give more --seconds, or another --seed"):
        compose("-n", plays, "--seconds", 0.001, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_from_nothing_it_neither_crawls_nor_races() -> None:
    """Of forty seeds without a density to aim at, one had 43 notes in half a minute, and one 700."""
    network = load("performer")
    pieces = network.compose_all([network.primer("nothing")], 8, 0, network.sampling(30.0, {}, "nothing"), True)
    rates = [len(piece.performance.notes) / 30 for piece in pieces.values()]
    assert 2 < min(rates) < max(rates) < 16
    assert network.sampling(30.0, {}, "C3").density == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--out", "file/x"), "--out: file is a file, not a folder"),
        (("--pieces", 1001), "--pieces is 1 to 1,000"),
        (("--transpose", 88), "--transpose is -87 to 87 semitones"),
        (("--transpose", 10**30), "--transpose is -87 to 87 semitones"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_done(
    words: tuple[object, ...], message: str, plays: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    with pytest.raises(UserError, match=message):
        compose("-n", plays, *words)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (NotADirectoryError(20, "Not a directory", "a/b"), "error: a/b: Not a directory"),
        (OSError(36, "File name too long", "x" * 300), "error: x+: File name too long"),
        (IsADirectoryError(21, "Is a directory", "a"), "error: a: Is a directory"),
        (MemoryError(), "error: the memory is not enough"),
    ],
)
def test_what_a_path_can_be_is_told_in_a_line(error: Exception, told: str) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(SystemExit, match=rf"^{told}$"):
        report_in_one_line(fails)


def test_who_has_seen_enough_ends_it_without_a_word() -> None:
    """`maestro-lstm evaluate FOLDER | head -1`."""
    code = "from maestro_lstm.plumbing.errors import report_in_one_line as run\n"
    code += "import time; run(lambda: [print('one'), time.sleep(0.5)])"  # all of it is in the buffer at the end
    command = f"{sys.executable} -c {shlex.quote(code)} | true"
    set_up = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    done = subprocess.run(command, shell=True, env=set_up, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--top-p", 2), "--top-p: Input should be less than or equal to 1, not 2.0"),
        (("--temperature", 0), "--temperature: .* greater than 0"),
        (("--seconds", 0), "--seconds: .* greater than 0"),
        (("--forms", "ogg"), "ogg.*(mid|Choose)"),
        (("--pieces", 0), "--pieces is 1 to 1,000"),
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
