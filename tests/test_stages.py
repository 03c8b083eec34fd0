"""The stages in their order on a small corpus, in this process; and what DVC leaves alone when a stage says no."""

import hashlib
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from maestro_lstm.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.engines.network import initial_weights
from maestro_lstm.plans import NOT_PLANNED
from maestro_lstm.schedules import Schedule
from maestro_lstm.settings import Settings
from maestro_lstm.splits import SPLITS
from maestro_lstm.symbols import NEXT_ID, SYMBOLS
from stages import command
from tests.midi_files import dense_notes, midi_file, track
from tools.demo import merged, prepare

BEST = {"hidden": 8, "training": {"batch": 4, "seq_len": 10, "epochs": 2, "log_every": 10}}
SMALL = {
    "corpus": "folder",
    "networks": {"paper": {"hidden": 8}, "corrected": {"hidden": 8}, "best": BEST},
    "sweep_optimizer": {"candidates": ["sgd", "adam"], "seq_len": 5},
    "sweep_learning_rate": {"seq_len": 5},
    "sweep_seq_len": {"candidates": [5, 100]},
    "explain": {"learning_rate": ["constant"], "loss": ["all"], "draws": ["random"], "seq_len": 5, "probes": 4},
    "wishes": {"hidden": 8, "batch": 2, "seq_len": 5},
    "wish_size": {"layers": [1, 2], "hidden": [8], "symbols": 500},
    "wish_lengths": {"candidates": [5, "growing"], "shortest": 5, "longest": 10, "symbols": 500},
    "wish_batch": {"draws": ["streams"], "batch": [1, 4], "symbols": 500},
    "wish_rule": {"symbols": 500},
    "wish_best": {"without": ["nothing", "muon"], "hidden": 8, "symbols": 500},
    "train": {"epochs": 2, "log_every": 10},
    "seeds": 2,
    "distances": {"pieces": 4, "symbols": 50},
    "generate": {"primers": ["C3"], "real_seconds": 2, "drawing": {"corrected": {"length": 2}, "best": {"length": 2}}},
}
SETTINGS = Settings(8, "logits", "adam", Schedule(0.1, 0.1), 99999, 1, 0).told()
PLAN = json.dumps(
    {
        "used": {},
        "settings": {name: value for name, value in SETTINGS.items() if name not in NOT_PLANNED},
        "seeds": [0],
    }
)
LONG = yaml.safe_dump(
    merged(
        merged(yaml.safe_load(Path("params.yaml").read_text()), SMALL),
        {"networks": {"best": {"training": {"seq_len": 600}}}},
    )
)
NETWORKS = ("paper", "corrected", "best")
# each of dvc.yaml's commands, in an order in which they can run
COMMANDS = [
    "check_params",
    "download",
    "parse",
    "vocab",
    "check_lengths",
    "sweep optimizer sgd",
    "sweep optimizer adam",
    "select optimizer",
    "sweep learning_rate constant",
    "sweep learning_rate cyclical",
    "select learning_rate",
    "sweep seq_len 5",
    "sweep seq_len 100",
    "select seq_len",
    *[f"explain {output} constant all random" for output in ("softmax", "logits")],
    "plateau",
    *[f"parse_rule {rule}" for rule in ("paper", "clean")],
    *[f"wish size {layers} 8" for layers in (1, 2)],
    *[f"wish lengths {candidate}" for candidate in (5, "growing")],
    *[f"wish batch streams {batch}" for batch in (1, 4)],
    *[f"wish rule {rule}" for rule in ("paper", "clean")],
    *[f"wish best {part}" for part in ("nothing", "muon")],
    "wishes",
    *[f"{stage} {network}" for network in NETWORKS for stage in ("plan", "train", "evaluate", "generate")],
    "excerpts",
    "page",
    *[f"draw {network}" for network in NETWORKS],
    "distances",
    *[f"floors {order}" for order in (1, 2, 4)],
    "compare",
    "breakdown",
]


def make_project(project: Path, folder: Path, **changes: Any) -> None:
    """A project of this code with the user's own MIDI as its corpus: 12 pieces."""
    prepare(project, folder)
    mine = folder / "my-midi"
    mine.mkdir()
    for k in range(12):
        (mine / f"{k:02}.mid").write_bytes(midi_file([track(dense_notes(k, 120, 384))]))
    params = merged(merged(yaml.safe_load((project / "params.yaml").read_text()), SMALL), changes)
    (folder / "params.yaml").write_text(yaml.safe_dump(params))


def run(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a stage as `python -m stages.…` would."""
    monkeypatch.setattr(sys, "argv", words.split())
    command.run(importlib.import_module(f"stages.{words.split()[0]}").main)


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every file that the stages made."""
    roots = ("data", "metrics", "models", "generated")
    files = sorted(path for root in roots for path in (folder / root).rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def declared_outputs(folder: Path) -> set[str]:
    """What dvc.yaml says that the stages make, every candidate and network with its own."""
    params = yaml.safe_load((folder / "params.yaml").read_text())
    found = set()
    for stage in yaml.safe_load((folder / "dvc.yaml").read_text())["stages"].values():
        entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
        names = [next(iter(entry)) if isinstance(entry, dict) else entry for entry in entries]
        for key, values in stage.get("matrix", {}).items():
            section, leaf = re.sub(r"[${}]", "", values).split(".")
            names = [name.replace(f"${{item.{key}}}", str(value)) for name in names for value in params[section][leaf]]
        found |= set(names)
    return found


def enter_small_project(project: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, stages: int = 0) -> Path:
    """Make a small project, go there, and run the first of its stages."""
    make_project(project, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")  # in this process: starting others takes longer than these jobs
    for words in COMMANDS[:stages]:
        run(words, monkeypatch)
    return folder


@pytest.fixture
def small(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter_small_project(project, tmp_path, monkeypatch)


def test_all_stages_run_in_order_and_the_same_way_twice(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in COMMANDS:
        run(words, monkeypatch)
    told = capsys.readouterr().out
    assert "folder: 12 pieces (10 train, 1 validation, 1 test)" in told

    figures = {split: json.loads(Path(f"metrics/parse/{split}.json").read_text()) for split in SPLITS}
    notes = json.loads(Path("data/notes/train.json").read_text())["notes"]
    assert [figures[split]["files"] for split in SPLITS] == [10, 1, 1]
    assert figures["train"]["symbols"] == len(notes)
    assert notes.count("<END>") == 10
    assert json.loads(Path("data/vocab/sign2int.json").read_text())["G7"] == 89
    assert json.loads(Path("data/vocab/int2sign.json").read_text())["89"] == "G7"

    assert json.loads(Path("metrics/selected/optimizer.json").read_text()) == {"optimizer": "adam"}
    trained = json.loads(Path("metrics/train/paper.json").read_text())
    assert trained["seq_len_used"] == json.loads(Path("metrics/selected/seq_len.json").read_text())["seq_len"]
    scores = json.loads(Path("metrics/evaluate/test/corrected.json").read_text())
    row = json.loads(Path("metrics/vs_paper/final_paper.json").read_text())
    assert 0 < scores["nats"] < 10
    assert row["paper"] == 41.7
    assert row["delta"] == pytest.approx(row["ours"] - 41.7)
    assert not Path("metrics/vs_paper/optimizer_adagrad.json").exists()  # not a candidate here
    assert Path("metrics/tables.md").read_text() in told
    paper, clean = (json.loads(Path(f"metrics/parse_rule/{rule}.json").read_text()) for rule in ("paper", "clean"))
    for split in SPLITS:
        assert clean[split]["pitches"] == clean[split]["notes"] == paper[split]["notes"] < paper[split]["pitches"]
        assert paper[split]["symbols"] == figures[split]["symbols"]  # parse.rule: paper
    assert Path("metrics/wishes/size.md").read_text() in told
    far = json.loads(Path("metrics/distances/figures/best.json").read_text())
    assert 0 < far["tv_pitches"] <= 1
    assert Path("metrics/distances/table.md").read_text() in told
    page = Path("generated/index.html").read_text()
    for network in NETWORKS:
        piece = json.loads(Path(f"generated/music/{network}/c3-1.json").read_text())
        assert (piece["writer"], piece["notes"][0], piece["given"]) == (network, "C3", 1)
        assert f"{network}, from C3" in page
    assert len(json.loads(Path("generated/music/paper/c3-1.json").read_text())["notes"]) == 101

    before = outputs(small)
    declared = declared_outputs(small)
    assert {file for file in before if not any(Path(file).is_relative_to(one) for one in declared)} == set()
    assert {one for one in declared if not any(Path(file).is_relative_to(one) for file in before)} == set()
    shutil.rmtree("runs")  # or nothing would be trained again
    for words in COMMANDS:
        run(words, monkeypatch)
    assert outputs(small) == before


@pytest.mark.usefixtures("small")
def test_seeds_of_a_candidate_are_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    for words in COMMANDS[:6]:
        run(words, monkeypatch)
    figures = json.loads(Path("metrics/sweep_optimizer/sgd.json").read_text())
    accuracy = [one["accuracy"] for one in figures["runs"]]
    assert [one["seed"] for one in figures["runs"]] == [0, 1]
    assert figures["seeds"] == 2
    assert figures["accuracy"] == pytest.approx(sum(accuracy) / 2, abs=1e-4)
    curve = Path("metrics/curves/sweep_optimizer/sgd.csv").read_text().splitlines()
    assert {line.split(",")[0] for line in curve} == {"seed", "0", "1"}


def test_one_bad_file_is_skipped_named_and_counted(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params = yaml.safe_load((small / "params.yaml").read_text())
    (small / "params.yaml").write_text(yaml.safe_dump(merged(params, {"parse": {"max_bad": 0.1}})))
    (small / "my-midi" / "bad.mid").write_bytes(b"MThd\0\0\0\6\0\1")
    for words in ("download", "parse"):
        run(words, monkeypatch)
    figures = {split: json.loads(Path(f"metrics/parse/{split}.json").read_text()) for split in SPLITS}
    assert [one for split in SPLITS for one in figures[split]["problems"]] == ["bad.mid: is cut short in its header"]
    assert sum(figures[split]["skipped"] for split in SPLITS) == 1
    assert sum(figures[split]["files"] for split in SPLITS) == 12
    assert re.search(r"skipped bad\.mid: is cut short in its header", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "spoil", "message"),
    [
        ("check_params", ("params.yaml", "seqlen: 3\n"), "params.yaml: .*seqlen: unknown key"),
        ("parse", ("data/corpus/pieces.csv", "file,split\n"), "pieces.csv: has no column composer, title"),
        ("parse", ("data/corpus/00.mid", ""), r"1 of 12 files cannot be read, more than parse.max_bad \(0.01\)"),
        ("vocab", ("data/notes/test.json", '{"notes": ["H9"]}'), "test.json: 'H9' is not one of the 90 symbols"),
        ("vocab", ("data/notes/test.json", '{"notes": ['), "test.json is damaged"),
        (
            "check_lengths",
            ("params.yaml", LONG),
            "best.training.seq_len: 600 is longer than the train split in 4",
        ),
        ("sweep optimizer rmsprop", None, "sweep_optimizer.candidates has no rmsprop"),
        ("sweep width 64", None, "width is no sweep: say one of optimizer, learning_rate, seq_len"),
        ("train", None, "argument 1 is missing: network"),
        ("plan none", None, "networks.none is missing"),
        ("train paper", ("data/encoded/train.safetensors", "not an array"), "train.safetensors is damaged"),
        ("train paper", ("data/plans/paper.json", PLAN), "99999 is longer than the train split"),
        ("train paper", ("data/plans/paper.json", PLAN.replace("hidden", "width")), "paper.json is damaged"),
        ("evaluate paper", ("models/paper/seed-0.safetensors", ""), "seed-0.safetensors is damaged"),
        ("wish depth 2", None, "depth is no wish: say one of size, lengths, batch, rule, best"),
        ("wish size 2", None, "argument 3 is missing: hidden"),
        ("wish size 9 8", None, "wish_size has no 9-8"),
        ("wish rule clean", ("data/rules/clean/train.safetensors", ""), "clean/train.safetensors is damaged"),
        ("parse_rule music21", None, "music21 is no rule: say one of paper, clean"),
    ],
)
def test_bad_input_is_one_line_and_earlier_outputs_stay(
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    spoil: tuple[str, str] | None,
    message: str,
) -> None:
    for before in COMMANDS[:5]:
        run(before, monkeypatch)
    for sweep, winner in (("optimizer", "adam"), ("learning_rate", "cyclical"), ("seq_len", 5)):
        Path("metrics/selected").mkdir(exist_ok=True)
        Path(f"metrics/selected/{sweep}.json").write_text(json.dumps({sweep: winner}))
    Path("data/plans").mkdir()
    Path("data/plans/paper.json").write_text(PLAN)
    if spoil:
        Path(spoil[0]).parent.mkdir(parents=True, exist_ok=True)
        Path(spoil[0]).write_text(spoil[1])
    earlier = outputs(small)
    with pytest.raises(SystemExit) as raised:
        run(words, monkeypatch)
    assert re.search(message, str(raised.value.code))
    assert str(raised.value.code).startswith("error: ")
    assert "\n" not in str(raised.value.code)
    assert outputs(small) == earlier


def test_a_full_disk_and_a_closed_folder_are_told_in_a_line() -> None:
    for number, words in ((28, "no space left on the disk"), (13, "may not be read or written")):

        def main(number: int = number) -> None:
            raise OSError(number, "", "data/x")

        with pytest.raises(SystemExit, match=f"error: .*{words}|error: .*data/x {words}"):
            command.run(main)


def test_a_network_that_only_says_next_gets_an_honest_message(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = initial_weights(len(SYMBOLS), 8, seed=0)
    weights["output.bias"][NEXT_ID] = 1e4
    save_checkpoint(small / "models" / "paper" / "seed-0.safetensors", Checkpoint(weights, {"hidden": 8, "seq_len": 5}))
    run("generate paper", monkeypatch)
    piece = json.loads(Path("generated/music/paper/c3-1.json").read_text())
    assert piece["told"] == "collapsed: only <NEXT> in 100 symbols"
    assert piece["notes"] == ["C3", *["<NEXT>"] * 100]


def dvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")}
    command_line = [sys.executable, "-m", "dvc", *words]
    return subprocess.run(command_line, cwd=folder, env=environment, capture_output=True, text=True)


def test_dvc_deletes_nothing_for_a_value_that_is_refused(project: Path, tmp_path: Path) -> None:
    make_project(project, tmp_path)
    assert dvc(tmp_path, "repro", "vocab", "check_lengths").returncode == 0
    model = tmp_path / "models" / "paper" / "seed-0.safetensors"  # stands for what a training made
    model.parent.mkdir(parents=True)
    model.write_bytes(b"made before")
    earlier, params = outputs(tmp_path), (tmp_path / "params.yaml").read_text()
    for bad, message in (
        ("seq_len: -5", "seq_len: .*greater than or equal to 1"),
        ("seq_len: 99999", "seq_len: 99999 is longer than the"),
    ):
        (tmp_path / "params.yaml").write_text(params.replace("\nseq_len: auto", f"\n{bad}"))
        done = dvc(tmp_path, "repro", "train@paper")
        assert done.returncode != 0
        assert re.search(f"error: params.yaml: {message}", done.stderr)
        still_there = outputs(tmp_path)
        # all but the checks' own marks, which say nothing but "sound"
        assert {k: v for k, v in earlier.items() if "_checked" not in k}.items() <= still_there.items()
