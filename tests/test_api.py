"""The library from Python: what stands in docs/api.md runs, and says the same as the command."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import symusic

import maestro_lstm as ml
from maestro_lstm.cli.app import run
from maestro_lstm.trained.load import NoteNetwork
from tests.performances import network
from tools import api

EXAMPLES = re.findall(r"```python\n(.*?)```", api.HEAD, re.S)


def test_the_page_is_made_from_the_docstrings() -> None:
    assert api.PAGE.read_text() == api.page()


@pytest.mark.parametrize("example", EXAMPLES, ids=["music", "training"])
def test_every_example_runs(
    example: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "primers").symlink_to(project / "primers")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/api.md", "exec"), {})
    assert capsys.readouterr().out


def test_importing_takes_no_library_along() -> None:
    script = "import sys, maestro_lstm; print([name for name in ('torch', 'numba', 'music21') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert set(ml.__all__) == set(ml._WHERE)
    assert all(getattr(ml, name) is not None for name in ml.__all__)
    with pytest.raises(AttributeError, match="maestro_lstm has no nothing"):
        _ = ml.nothing


def test_notes_are_plain_numbers_and_those_of_the_file(tmp_path: Path) -> None:
    piece = NoteNetwork("x", network()).compose(seconds=5, seed=1)
    notes = list(piece)
    assert len(piece) == len(notes) > 5
    assert all(type(one.pitch) is int and type(one.onset) is float for one in notes)
    assert all(21 <= one.pitch <= 108 and 1 <= one.velocity <= 127 and one.duration > 0 for one in notes)
    score: Any = symusic.Score.from_midi(piece.save(tmp_path / "x.mid").read_bytes(), ttype="second")
    starts = sorted(round(one.onset, 2) for one in notes)
    assert sorted(round(float(note.time), 2) for note in score.tracks[0].notes) == pytest.approx(starts, abs=0.011)


def test_the_command_writes_what_python_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(["compose", "C3", "--network", "best", "--seconds", "3", "--seed", "4", "--forms", "mid", "--out", "music"])
    ml.load("best").compose("C3", seconds=3, seed=4).save("mine.mid")
    (theirs,) = Path("music").iterdir()
    assert theirs.read_bytes() == Path("mine.mid").read_bytes()


@pytest.mark.parametrize(
    ("word", "how", "message"),
    [
        ("best", {"density": 3}, "density: best does not take this option"),
        ("best", {"top_p": 2}, "top_p: .* less than or equal to 1"),
        ("performer", {"chord_seconds": 1}, "chord_seconds: performer does not take this option"),
        ("performer", {"seconds": 0}, "seconds: .* greater than 0"),
        ("performer", {"primer": "H9"}, "a primer is nothing, a piano key"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(word: str, how: dict[str, object], message: str) -> None:
    with pytest.raises(ml.UserError, match=message):
        ml.load(word).compose(**how)  # type: ignore[arg-type]


def test_formats_that_a_piece_does_not_have_are_refused(tmp_path: Path) -> None:
    piece = NoteNetwork("x", network()).compose(seconds=2)
    with pytest.raises(ml.UserError, match=r"cannot be written as \.musicxml"):
        piece.save(tmp_path / "x.musicxml")
    with pytest.raises(ml.UserError, match=r"no format ends with \.xyz"):
        piece.save(tmp_path / "x.xyz")
    with pytest.raises(ml.UserError, match="is not a network; use best, performer"):
        ml.load("nobody")
