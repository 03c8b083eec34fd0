"""The commands of README and docs: each is run here, or said to be run elsewhere, or why it is not."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from maestro_lstm.cli.app import run
from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.model.network import initial_weights
from maestro_lstm.pretrained.networks import FOLDER
from maestro_lstm.tokens.vocabulary import SYMBOLS
from maestro_lstm.tokens.writing import to_midi
from tests.performances import made

ELSEWHERE = {  # how a command begins -> where it is run, or why it is not
    "pip install .": "tests/cli/test_wheel.py builds the wheel and composes with it",
    "make demo": "minutes; its two halves are tests/pipeline/test_stages.py, small, and `make kill`",
    "make test": "this is it",
    "make lint": ".ci/run",
    "make check-lock": ".ci/run",
    ".ci/run": "it runs the tests",
    "make carry": "twenty minutes, and MAESTRO; tests/tools/test_carry.py has what it compares and writes",
    "git commit": "the user's own",
    "make kill": ".ci/run, with three kills",
    "make verify": "minutes; `make kill` runs every stage twice, small",
    "make reproduce-check": "minutes, and MAESTRO; tests/tools/test_reproduce.py has what it compares",
    "make bench": "minutes, and it wants a machine of its own; tests/tools/test_benchmarks.py has its arithmetic",
    "make paper-tables": "tests/tools/test_tools.py",
    "dvc metrics diff": "it needs the tag that `make paper-tables` makes; tests/tools/test_tools.py has its files",
    "dvc repro": "hours on MAESTRO; tests/pipeline/test_stages.py runs every stage, small",
    "dvc exp run": "minutes; the same stages",
    "dvc gc": "it deletes; tests/pipeline/test_remote.py does what it undoes",
    "dvc push": "tests/pipeline/test_remote.py",
    "dvc status -c": "tests/pipeline/test_remote.py",
    "python -m tools.bucket": "tests/pipeline/test_remote.py, against a server on this machine",
    "gcloud": "an account at Google",
    "export": "a variable of the shell",
    "TORCHRUN=": "tests/model/test_ranks.py, with two processes",
}
HERE = ("maestro-lstm ", "dvc metrics show")
SERVES = "maestro-lstm play"  # until it is stopped: tests/live/test_page.py


def commands() -> list[str]:
    """Every command line of every console, without its comment."""
    found = []
    for path in [Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md"))]:
        for block in re.findall(r"```console\n(.*?)```", path.read_text(), re.S):
            lines = re.findall(r"^\$ (.*)$", block, re.M)
            found += [part.strip() for line in lines for part in re.sub(r"\s+# .*", "", line).split("&&")]
    return sorted(set(found))


def test_every_command_is_run_here_or_said_to_be_run_elsewhere() -> None:
    known = (*HERE, *ELSEWHERE)
    assert [line for line in commands() if not line.startswith(known)] == []
    assert [start for start in ELSEWHERE if not any(line.startswith(start) for line in commands())] == []


@pytest.fixture
def users_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the commands name: the user's MIDI, and networks that the study trains."""
    for name in ("mine", "other"):
        (tmp_path / f"{name}.mid").write_bytes(to_midi(made(0, 20, 5.0)))
    best = Checkpoint(initial_weights(len(SYMBOLS), 8, 0), {"hidden": 8})
    save_checkpoint(tmp_path / "models/best/seed-0.safetensors", best)
    (tmp_path / "models/performer").mkdir()
    shutil.copy(FOLDER / "performer.safetensors", tmp_path / "models/performer/seed-0.safetensors")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "line", [line for line in commands() if line.startswith("maestro-lstm ") and not line.startswith(SERVES)]
)
def test_the_command_does_what_the_docs_show(line: str, users_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(re.sub(r"--seconds \d+", "", line))[1:]
    if words[0] == "compose":
        words += ["--seconds", "5"]  # shorter than shown
    run(words)
    told = capsys.readouterr().out
    if words[0] == "compose":
        assert list((users_folder / "music").glob("*.mid"))
    elif words[0] == "evaluate":
        assert len(told.splitlines()) == len(words) + 1  # a row each, between the head and MAESTRO's
    else:
        made = users_folder / words[-1]
        assert made.is_dir() or made.stat().st_size


def test_the_result_table_is_shown(project: Path) -> None:
    told = subprocess.run(["dvc", "metrics", "show"], cwd=project, capture_output=True, text=True, check=True).stdout
    assert re.search(r"final_paper\.json.* 41\.7 ", told)
