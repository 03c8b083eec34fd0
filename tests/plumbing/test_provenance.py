"""Who made a result: told truly, apart from the figures, and the same for the same making."""

import hashlib
import json
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from maestro_lstm.plumbing.files import recorded, whole_folder, write_json, write_text
from maestro_lstm.plumbing.provenance import circumstances, hashes, sealed
from tests.small_study import run

SCRIPT = Path("stages/check_params.py").resolve()


def test_it_names_the_commit_the_versions_and_the_results(project: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    made = circumstances(SCRIPT)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=project, capture_output=True, text=True, check=True)
    assert made["commit"] == head.stdout.strip()
    assert made["libraries"]["torch"] == version("torch")
    assert made == circumstances(SCRIPT)
    assert hashes([tmp_path / "a.txt"]) == {str(tmp_path / "a.txt"): hashlib.sha256(b"a").hexdigest()}


def test_code_that_was_not_committed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert circumstances(SCRIPT)["commit"] is None  # no repository
    for folder in ("src", "stages"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").touch()
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "x"]):
        subprocess.run(["git", *words], check=True)
    write_json(Path("metrics/x.json"), 1)  # a result is no code
    assert circumstances(SCRIPT)["uncommitted"] == []
    (tmp_path / "src" / "x.py").write_text("changed = True")
    assert circumstances(SCRIPT)["uncommitted"] == [" M src/x.py"]


def test_a_folders_hash_is_of_its_names_and_contents(tmp_path: Path) -> None:
    def hash_of(**files: str) -> str:
        with whole_folder(tmp_path / "folder") as folder:
            for name, text in files.items():
                write_text(folder / name, text)
        return hashes([tmp_path / "folder"])[str(tmp_path / "folder")]

    assert hash_of(a="1", b="2") == hash_of(b="2", a="1")
    assert len({hash_of(a="1", b="2"), hash_of(a="1"), hash_of(a="2", b="1"), hash_of(c="1", b="2")}) == 4


def test_what_is_written_meanwhile_is_recorded(tmp_path: Path) -> None:
    write_text(tmp_path / "before", "")
    with recorded() as written:
        write_text(tmp_path / "a", "")
        with pytest.raises(RuntimeError), whole_folder(tmp_path / "b"):
            raise RuntimeError
        with whole_folder(tmp_path / "c"):
            pass
    write_text(tmp_path / "after", "")
    assert written == [tmp_path / "a", tmp_path / "c"]


def test_a_stage_leaves_it_beside_its_results(encoded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = json.loads(Path("provenance/download.json").read_text())
    assert list(made["results"]) == ["data/corpus"]
    assert (made["script"], len(made["code"])) == ("stages/download.py", 64)
    run("check_params", monkeypatch)
    assert json.loads((encoded / "provenance" / "check_params.json").read_text())["results"] == {
        "data/params_checked.txt": hashlib.sha256(b"params.yaml is sound\n").hexdigest()
    }


@pytest.mark.usefixtures("encoded")
def test_a_rerun_that_makes_the_same_bytes_by_the_same_code_leaves_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    record = Path("provenance/download.json")
    made = {**json.loads(record.read_text()), "processor": "another", "commit": "0" * 40}
    record.write_text(json.dumps(made))
    run("download", monkeypatch)
    assert json.loads(record.read_text()) == made
    older = {**made, "code": "older code", "results": {"elsewhere": made["results"]["data/corpus"]}}
    record.write_text(json.dumps(older))
    carried = {"was": "older code", "is": made["code"], "results": {"elsewhere": "data/corpus"}}
    write_json(Path("provenance/carried/001-x.json"), sealed({"code": [carried], "ended": {}}))
    run("download", monkeypatch)
    assert json.loads(record.read_text()) == older  # `make carry` proved that code equal
    shutil.rmtree("provenance/carried")
    neighbour = Path("provenance/parse.json")
    neighbour.write_text("{")
    run("download", monkeypatch)  # it has its own record to write, whatever another's says
    assert json.loads(record.read_text())["code"] == made["code"]
    neighbour.unlink()
    record.write_text(json.dumps({**made, "code": "other code"}))
    run("download", monkeypatch)
    assert json.loads(record.read_text())["processor"] != "another"
    Path("my-midi/00.mid").unlink()
    record.write_text(json.dumps(made))
    run("download", monkeypatch)
    assert json.loads(record.read_text())["processor"] != "another"
