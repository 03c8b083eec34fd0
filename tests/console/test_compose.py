"""The command for people who only want music: from a network's file alone, and a wrong word is told in a line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from maestro_lstm.console.compose import main, parser
from maestro_lstm.data.vocabulary.symbols import NEXT, SYMBOLS
from maestro_lstm.model.networks.network import initial_weights
from maestro_lstm.music.composing.sampling import Sampling
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.weights.checkpoint import Checkpoint, save_checkpoint
from tests.midi_files import midi_file, track


@pytest.fixture
def network(tmp_path: Path) -> Path:
    weights = initial_weights(len(SYMBOLS), 8, seed=0)
    weights["output.bias"][SYMBOLS.index(NEXT)] += 2  # chords of a few notes
    path = tmp_path / "net" / "seed-0.safetensors"
    path.parent.mkdir()
    save_checkpoint(path, Checkpoint(weights, {"hidden": 8, "seq_len": 5}))
    return path


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["compose", *map(str, words)])
    main()


def test_a_piece_after_a_file_of_ones_own_in_a_folder_of_ones_own(
    network: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)  # neither params.yaml nor data
    Path("mine.mid").write_bytes(midi_file([track([(0, 100, 60), (384, 500, 20), (768, 900, 67)])]))
    Path("out").mkdir()
    Path("out/kept.txt").write_text("mine")
    run(
        monkeypatch,
        *(network, "--primer", "mine.mid", "--length", 3, "--unit", "seconds", "--chord-seconds", 0.5, "--out", "out"),
        *("--greatest-chord", 2, "--no-repeats", "--transpose", 2, "--pieces", 2, "--seed", 5),
    )
    told = capsys.readouterr().out
    assert "left out" in told
    assert "1 of 3 notes, off the 88 keys" not in told  # 20 + 2 is on the piano
    assert "net, from mine, seed 6: 6 notes and chords, the largest of 2, 3 seconds" in told
    piece = json.loads(Path("out/mine-2.json").read_text())
    assert piece["notes"][: piece["given"]] == ["D4", NEXT, "A4", NEXT]
    assert piece["drawing"]["greatest_chord"] == 2
    ends = ("json", "mid", "musicxml", "mp3", "wav")
    assert all(Path(f"out/mine-{k}.{end}").stat().st_size for k in (1, 2) for end in ends)
    assert Path("out/mine-1-score.png").stat().st_size
    assert Path("out/kept.txt").read_text() == "mine"


def test_without_words_it_is_the_papers_way() -> None:
    given = parser().parse_args(["x"])
    assert {name: getattr(given, name) for name in Sampling.model_fields} == Sampling().model_dump()
    assert given.primer == "C3"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--top-p", 2), "--top-p: Input should be less than or equal to 1, not 2.0"),
        (("--temperature", 0), "--temperature: .* greater than 0"),
        (("--unit", "bars"), "--unit: .*'seconds', not bars"),
        (("--chord-seconds", -1), "--chord-seconds: .* greater than 0"),
        (("--pieces", 0), "--pieces is 1 or more"),
        (("--seed", -1), "--seed 0 or more"),
        (("--primer", "H3"), "a primer is a piano key .* not H3"),
        (("--primer", "none.mid"), r"the primer none.mid: cannot be read"),
        (("--soundfont", "none.sf2"), "none.sf2 is missing"),
    ],
)
def test_a_wrong_word_is_told_in_a_line(
    words: tuple[object, ...], message: str, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=message) as raised:
        run(monkeypatch, network, *words)
    assert "\n" not in str(raised.value)


def test_a_network_that_is_not_there_and_help(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "maestro_lstm.console.compose"]
    done = subprocess.run([*command, str(tmp_path / "none.safetensors")], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"error: {tmp_path / 'none.safetensors'} is missing: `dvc repro -P` trains the networks of the study"
    ]
    told = subprocess.run([*command, "--help"], capture_output=True, text=True, check=True).stdout
    for option in ("--primer", "--length", "--top-p", "--no-repeats", "--transpose", "--greatest-chord", "--soundfont"):
        assert option in told
