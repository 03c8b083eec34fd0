"""The check that results belong to the code: a stale one is named, whatever DVC was told."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.plumbing.provenance import Result, Step, follow, records
from maestro_lstm.pretrained.networks import export
from tools.checks.lock import made_at, mismatches, other_models, stale, strangers
from tools.dvc import dvc


def test_missing_data_is_no_mismatch_but_anything_else_is() -> None:
    status = {
        "download": [{"changed outs": {"data/corpus": "not in cache"}}],
        "parse": [
            {"changed deps": {"data/corpus": "deleted"}},
            {"changed outs": {"metrics/parse.csv": "deleted"}},
        ],
        "train@paper": [{"changed deps": {"params.yaml": {"seq_len": "modified"}}}, "changed command"],
        "vocab": [{"changed deps": {"src/maestro_lstm/data": "modified", "data/symbols": "deleted"}}],
    }
    assert mismatches(status, {"metrics/parse.csv", "params.yaml"}) == [
        "parse: changed outs: metrics/parse.csv: deleted",
        "train@paper: changed deps: params.yaml: {'seq_len': 'modified'}",
        "train@paper: changed command",
        "vocab: changed deps: src/maestro_lstm/data: modified",
    ]


def test_results_that_are_not_those_described_are_strangers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.csv", "folder/b.csv", "untracked.csv"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(name)
    found: dict[str, dict[str, Any]] = {
        "x": {"code": "1", "results": {"a.csv": "0", "folder": "0", "untracked.csv": "0", "gone": "0"}}
    }
    assert strangers(follow(found, []), {"a.csv", "folder/b.csv", "gone"}) == [
        "provenance/x.json: describes another a.csv",
        "provenance/x.json: describes another folder",
    ]


def test_kinds_of_processor_and_commits_are_counted() -> None:
    made = [("znver3", "a" * 40, []), ("znver3", "b" * 40, []), ("znver5", "b" * 40, ["M params.yaml"])]
    found: dict[str, dict[str, Any]] = {
        str(k): {"processor": name, "commit": commit, "uncommitted": changes, "code": str(k), "results": {f"{k}": ""}}
        for k, (name, commit, changes) in enumerate(made)
    }
    told = "2 znver3, 1 znver5 · 1 aaaaaaaa, 1 bbbbbbbb, 1 bbbbbbbb with uncommitted changes"
    assert made_at(follow(found, []), found) == told
    steps = [Step({Result("0", "0"): Result("0", "5")}), Step({Result("0", "5"): Result("9", "5")})]
    assert made_at(follow(found, steps), found) == f"{told} · 1 carried twice"


@pytest.mark.slow
def test_changed_code_is_stale_until_its_stage_has_run_again(encoded: Path) -> None:
    dvc("repro", "--quiet", "parse", folder=encoded)
    chords = encoded / "src" / "maestro_lstm" / "tokens" / "chord_rule.py"
    text = chords.read_text()
    assert stale(follow(records(), []), encoded) == {}

    chords.write_text(text.replace('"""Notes', '"""All notes').replace("# a chord's notes", "# the notes of a chord"))
    assert chords.read_text() != text
    assert stale(follow(records(), []), encoded) == {}  # words about the code are not the code

    chords.write_text(text.replace("CHORD_WINDOW = 16", "CHORD_WINDOW = 8"))
    assert stale(follow(records(), []), encoded).keys() == {"parse"}
    dvc("commit", "--force", "parse", folder=encoded)
    status = json.loads(dvc("status", "--json", "parse", quiet=True, folder=encoded))
    assert "parse" not in status  # DVC believes it
    assert stale(follow(records(), []), encoded).keys() == {"parse"}

    dvc("repro", "--quiet", "--force", "--single-item", "parse", folder=encoded)
    assert stale(follow(records(), []), encoded) == {}


def test_a_network_that_comes_with_the_package_is_the_trained_one(tmp_path: Path) -> None:
    weights = {"a": torch.zeros(8)}
    export(Checkpoint(weights, {}), tmp_path / "performer.safetensors", {"model": "1234"})
    trained: dict[str, Any] = {"train_performer": {"code": "", "results": {"models/performer": "1234"}}}
    assert other_models(follow(trained, []), tmp_path) == []
    trained["train_performer"]["results"]["models/performer"] = "5678"
    assert other_models(follow(trained, []), tmp_path) == [
        "performer.safetensors: it is not models/performer: dvc repro -s stages/shipping/dvc.yaml"
    ]
    assert len(other_models([], tmp_path)) == 1
