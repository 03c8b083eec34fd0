"""The stages on a small corpus, in this process; and what DVC leaves alone when a stage says no."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from maestro_lstm.corpus.index import SPLITS
from maestro_lstm.model.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.model.network import initial_weights
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.study.plans import NOT_PLANNED
from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from tests.pipeline_files import PARAMS
from tests.small_study import SMALL, declared_outputs, outputs, run
from tools.demo import merged
from tools.dvc import environment_for

SETTINGS = Settings(8, "logits", "adam", Schedule(0.1, 0.1), 99999, 1, 0).as_dict()
PLAN = json.dumps(
    {
        "used": {},
        "settings": {name: value for name, value in SETTINGS.items() if name not in NOT_PLANNED},
        "seeds": [0],
    }
)
LONG = yaml.safe_dump(merged(merged(PARAMS, SMALL), {"networks": {"best": {"training": {"seq_len": 600}}}}))
NETWORKS = ("paper", "corrected", "best")
TEST_NOTES = "data/symbols/test/00000.json"


@pytest.mark.usefixtures("finished")
def test_the_figures_of_the_stages_belong_together() -> None:
    parsed = pd.read_csv("metrics/parse.csv").set_index("split")
    notes = json.loads(Path("data/symbols/train/00000.json").read_text())["notes"]
    assert parsed.loc[list(SPLITS), "files"].tolist() == [10, 1, 1]
    assert parsed.loc["train", "symbols"] == len(notes)
    assert notes.count("<END>") == 10
    assert json.loads(Path("data/vocab/sign2int.json").read_text())["G7"] == 89
    assert json.loads(Path("data/vocab/int2sign.json").read_text())["89"] == "G7"

    assert json.loads(Path("metrics/selected/optimizer.json").read_text()) == {"optimizer": "adam"}
    trained = pd.read_csv("metrics/train/paper.csv")
    assert trained["seq_len"].unique() == json.loads(Path("metrics/selected/seq_len.json").read_text())["seq_len"]
    test = pd.read_csv("metrics/evaluate/paper.csv").set_index("split").loc["test"]
    row = json.loads(Path("metrics/vs_paper/final_paper.json").read_text())
    assert row["paper"] == 41.7
    assert row["accuracy"] == pytest.approx(test["accuracy_windows"].mean(), abs=1e-4)
    assert row["nats"] == pytest.approx(test["nats"].mean(), abs=1e-4)
    assert row["seeds"] == 2
    assert not Path("metrics/vs_paper/optimizer_adagrad.json").exists()  # not a candidate here
    rules: Any = pd.read_csv("metrics/extensions/rules.csv").set_index(["rule", "split"])
    for split in SPLITS:
        paper, clean = rules.loc[("paper", split)], rules.loc[("clean", split)]
        assert clean["pitches"] == clean["notes"] == paper["notes"] < paper["pitches"]
        assert paper["symbols"] == parsed.loc[split, "symbols"]  # parse.rule: paper
    far = pd.read_csv("metrics/distances/intervals.csv").set_index(["writer", "measure"])["value"]
    assert 0 < far["best", "tv_pitches"] <= 1
    page = Path("generated/index.html").read_text()
    for network in NETWORKS:
        piece = json.loads(Path(f"generated/music/{network}/c3-1.json").read_text())
        assert (piece["writer"], piece["notes"][0], piece["given"]) == (network, "C3", 1)
        assert f"{network}, from C3" in page
    assert len(json.loads(Path("generated/music/paper/c3-1.json").read_text())["notes"]) == 101


def test_every_stage_makes_what_it_declares(finished: Path) -> None:
    made, declared = outputs(finished), declared_outputs()  # the same twice: make kill, make verify
    assert {file for file in made if not any(Path(file).is_relative_to(one) for one in declared)} == set()
    assert {one for one in declared if not any(Path(file).is_relative_to(one) for file in made)} == set()


@pytest.mark.usefixtures("finished")
def test_every_run_of_a_sweep_is_kept() -> None:
    runs = pd.read_csv("metrics/sweeps/optimizer.csv")
    assert runs[["candidate", "seed"]].to_numpy().tolist() == [["sgd", 0], ["sgd", 1], ["adam", 0], ["adam", 1]]
    row = json.loads(Path("metrics/vs_paper/optimizer_sgd.json").read_text())
    assert row["accuracy"] == pytest.approx(runs[runs["candidate"] == "sgd"]["accuracy"].mean(), abs=1e-4)
    curves = pd.read_csv("metrics/sweeps/curves/optimizer.csv")
    assert set(curves["candidate"]) == {"sgd", "adam"}
    assert set(curves["seed"]) == {0, 1}


def test_one_bad_file_is_skipped_named_and_counted(
    encoded: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    params = yaml.safe_load((encoded / "params.yaml").read_text())
    (encoded / "params.yaml").write_text(yaml.safe_dump(merged(params, {"parse": {"max_bad": 0.1}})))
    (encoded / "my-midi" / "bad.mid").write_bytes(b"MThd\0\0\0\6\0\1")
    for words in ("download", "parse"):
        run(words, monkeypatch)
    parsed = pd.read_csv("metrics/parse.csv")
    assert parsed[["skipped", "files"]].sum().tolist() == [1, 12]
    skipped = pd.read_csv("data/symbols/skipped.csv")
    assert skipped[["file", "problem"]].to_numpy().tolist() == [["bad.mid", "is cut short in its header"]]
    assert "bad.mid" not in Path("data/symbols/pieces.csv").read_text()
    assert re.search(r"skipped bad\.mid: is cut short in its header", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("words", "spoil", "message"),
    [
        ("check_params", ("params.yaml", "seqlen: 3\n"), "params.yaml: .*seqlen: unknown key"),
        ("parse", ("data/corpus/pieces.csv", "file,split\n"), "pieces.csv: has no column composer, title"),
        ("parse", ("data/corpus/00.mid", ""), r"1 of 12 files cannot be read, more than parse.max_bad \(0.01\)"),
        (
            "vocab",
            ("data/symbols/test/00000.json", '{"notes": ["H9"]}'),
            "test/00000.json: 'H9' is not one of the 90 symbols",
        ),
        ("vocab", ("data/symbols/test/00000.json", '{"notes": ['), "test/00000.json is damaged"),
        ("vocab", ("params.yaml", LONG), "best.training.seq_len: 600 is longer than the train split in 4"),
        ("vocab", ("metrics/parse.csv", "split\n"), "parse.csv is damaged"),
        ("sweep width", None, "width is not a sweep: use one of optimizer, learning_rate, seq_len"),
        ("select optimizer", ("metrics/sweeps/optimizer.csv", "candidate,seed\n"), "optimizer.csv is damaged"),
        ("train", None, "argument 1 is missing: network"),
        ("plan none", None, "networks.none is missing"),
        (
            "train paper",
            ("data/encoded/train.safetensors", "not an array"),
            "train.safetensors is damaged .*: delete it and run `dvc repro -P`$",
        ),
        (
            "train paper",
            ("data/plans/paper.json", PLAN),
            "^error: params.yaml: seq_len: 99999 is longer than the train split",
        ),
        ("train paper", ("data/plans/paper.json", PLAN.replace("hidden", "width")), "paper.json is damaged"),
        ("evaluate paper", ("models/paper/seed-0.safetensors", ""), "seed-0.safetensors is damaged"),
        ("report.paper", ("metrics/evaluate/paper.csv", ""), "paper.csv is damaged"),
        (
            "extend depth",
            None,
            "depth is not a sweep: use one of lengths, batch, rule, optimizer, search, size, tune, best",
        ),
        ("extend rule", ("data/rules/clean/train.safetensors", ""), "clean/train.safetensors is damaged"),
    ],
)
def test_bad_input_is_one_line_and_earlier_outputs_stay(
    finished: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    spoil: tuple[str, str] | None,
    message: str,
) -> None:
    if spoil:
        Path(spoil[0]).write_text(spoil[1])
    earlier = outputs(finished)
    with pytest.raises(SystemExit) as raised:
        run(words, monkeypatch)
    assert re.search(message, str(raised.value.code))
    assert str(raised.value.code).startswith("error: ")
    assert "\n" not in str(raised.value.code)
    assert outputs(finished) == earlier


def test_a_full_disk_and_a_closed_folder_are_reported_in_one_line() -> None:
    for number, words in ((28, "no space left on the disk"), (13, "may not be read or written")):

        def main(number: int = number) -> None:
            raise OSError(number, "", "data/x")

        with pytest.raises(SystemExit, match=f"error: .*{words}|error: .*data/x {words}"):
            report_in_one_line(main)


def test_a_network_that_only_predicts_next_gets_an_honest_message(
    finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = initial_weights(len(SYMBOLS), 8, seed=0)
    weights["output.bias"][NEXT_ID] = 1e4
    model = finished / "models" / "paper" / "seed-0.safetensors"
    save_checkpoint(model, Checkpoint(weights, {"hidden": 8, "seq_len": 5}))
    run("generate paper", monkeypatch)
    piece = json.loads(Path("generated/music/paper/c3-1.json").read_text())
    assert piece["told"] == "collapsed: only <NEXT> in 100 symbols"
    assert piece["notes"] == ["C3", *["<NEXT>"] * 100]


def dvc(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")}
    command_line = [sys.executable, "-m", "dvc", *words]
    return subprocess.run(command_line, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_dvc_deletes_nothing_for_a_value_that_is_refused(encoded: Path) -> None:
    assert dvc(encoded, "repro", "vocab").returncode == 0
    model = encoded / "models" / "paper" / "seed-0.safetensors"  # stands for what a training made
    model.parent.mkdir(parents=True)
    model.write_bytes(b"made before")
    earlier, params = outputs(encoded), (encoded / "params.yaml").read_text()
    for bad, message in (
        ("seq_len: -5", "seq_len: .*greater than or equal to 1"),
        ("seq_len: 99999", "seq_len: 99999 is longer than the"),
    ):
        (encoded / "params.yaml").write_text(params.replace("\nseq_len: auto", f"\n{bad}"))
        done = dvc(encoded, "repro", "train@paper")
        assert done.returncode != 0
        assert re.search(f"error: params.yaml: {message}", done.stderr)
        still_there = outputs(encoded)
        # all but the checks' own marks, which always say the same
        assert {k: v for k, v in earlier.items() if "_checked" not in k}.items() <= still_there.items()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("network", "folder", "rounding"),
    [("best", "metrics/best", 1e-3), ("paper", "metrics/curves", 0)],  # best: in bfloat16, where there is that
)
def test_a_stage_in_two_processes_writes_what_it_writes_in_one(
    network: str, folder: str, rounding: float, finished: Path
) -> None:
    """An update of `paper` has one sequence: the first process trains its seeds as ever. Results, lock and provenance
    are the first's business in any case."""
    curves = Path(folder, "curves.csv" if network == "best" else "paper.csv")
    before = pd.read_csv(curves)
    for made in ("runs", f"models/{network}"):
        shutil.rmtree(made)
    environment = {**environment_for(Path(__file__).parents[2]), "TORCHRUN": "--standalone --nproc-per-node 2"}
    del environment["LOKY_MAX_CPU_COUNT"]
    words = [sys.executable, "-m", "stages.train", network]
    done = subprocess.run(words, cwd=finished, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(f"{network}: lowest smoothed loss") == 1
    pd.testing.assert_frame_equal(pd.read_csv(curves), before, rtol=rounding)
    record = json.loads(Path(f"provenance/train_{network}.json").read_text())
    assert {f"models/{network}", str(curves)} <= set(record["results"])
