"""README and docs tell the truth: their tables are the metrics, their paths and commands exist, their claims hold."""

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from maestro_lstm.params.params import SWEEPS
from maestro_lstm.report.paper import Row, compare, rows_of
from maestro_lstm.study.metrics import SWEEP, Summary, read_runs, read_split
from maestro_lstm.study.plateau import Cell
from tests.pipeline_files import PARAMS, STAGES, leaves
from tools.docs import PAGES, filled

README = Path("README.md").read_text()
PLACES = {path.as_posix().removeprefix("docs/"): path for path in PAGES}
DOCS = {name: path.read_text() for name, path in PLACES.items()}
TABLES = {
    "README.md": ["breakdown/tables/predictors"],
    "results.md": ["tables"],
    "findings.md": [
        *(
            f"plateau/tables/{name}"
            for name in ("ends", "optimizers", "rate", "crossed", "threshold", "law", "control")
        ),
        *(f"plateau/tables/{name}" for name in ("epsilon", "scale", "branch", "precision")),
        "chords/table",
    ],
    "data.md": ["works/leakage"],
    "extensions.md": [
        *("extensions/tables/search", "extensions/cost/table", "extensions/tables/size_significance"),
        *("extensions/tables/optimizer_significance", "extensions/tables/optimizer"),
        *("extensions/tables/lengths_significance", "extensions/tables/lengths"),
        *("extensions/tables/batch_significance", "extensions/tables/batch"),
        *("extensions/tables/rule", "extensions/tables/rule_significance"),
    ],
    "best.md": [
        "breakdown/tables/tables",
        "breakdown/tables/groups",
        "extensions/tables/tune",
        "extensions/tables/best_significance",
    ],
    "look-back.md": [
        *("extensions/tables/look", "extensions/tables/look_significance"),
        *("extensions/tables/look_best", "extensions/tables/look_best_significance", "extensions/cost/look"),
    ],
    "music.md": ["distances/table"],
    "performances.md": ["performer/tables", "performer/cost/table", "performer/sampling", "performer/distances"],
}


@pytest.mark.parametrize("name", DOCS)
def test_the_tables_shown_are_those_of_the_study(name: str) -> None:
    assert re.findall(r"<!-- metrics/(\S+)\.md -->", DOCS[name]) == TABLES.get(name, [])
    assert DOCS[name] == filled(DOCS[name]), "run `python -m tools.docs`"


@pytest.mark.parametrize(
    ("doc", "name"),
    [
        ("speed.md", "results"),
        ("music.md", "generation"),
        ("live.md", "live"),
        ("speed.md", "peak"),
    ],
)
def test_the_benchmarks_shown_are_those_that_were_measured(doc: str, name: str) -> None:
    assert f"<!-- benchmarks/{name}.json -->" in DOCS[doc]  # and it is as measured: the test above
    results = json.loads(Path(f"benchmarks/{name}.json").read_text())
    assert results["machine"]["processor"] in DOCS[doc]


def test_how_many_collapsed_is_as_told() -> None:
    runs: Any = pd.read_csv("metrics/plateau/runs/crossed.csv")
    adam = runs[runs["optimizer"] == "adam"]
    ends = adam.groupby(["loss_of", "output"])["collapsed"].agg(["sum", "count"])
    assert ends.loc["all"].to_numpy().tolist() == [[0, 32], [27, 32]]
    assert ends.loc["first"].to_numpy().tolist() == [[0, 32], [0, 32]]
    for text in (README, DOCS["findings.md"]):
        assert re.search(r"27\s+of\s+32\s+runs[^.]*\s+end\s+predicting\s+`<NEXT>`", text)
        assert re.search(r"none\s+of\s+32\s+does", text)
    papers = runs[(runs[list(Cell._fields)] == ["softmax", "adam", "constant", "all", "random"]).all(axis=1)]
    assert papers["collapsed"].sum() == 5
    assert "five of eight networks stay" in README


def test_how_many_passed_through_it_is_as_told() -> None:
    outcomes = pd.read_csv("metrics/plateau/outcomes.csv")
    outcomes = outcomes[outcomes.crossing == "crossed"]
    twice, once = (outcomes[outcomes.cell.str.startswith(output)] for output in ("softmax", "logits"))
    assert len(twice) == len(once) == 128
    assert twice.collapsed_at.notna().all()
    assert outcomes.escaped_at.notna().sum() == outcomes[outcomes.cell.str.contains(" adam ")].escaped_at.notna().sum()
    assert outcomes.escaped_at.notna().sum() == 37
    assert not once.collapsed_at.notna().any()
    probes = pd.read_csv("metrics/plateau/probes/crossed.csv")
    assert probes[probes["output"] == "logits"]["next_probability"].max() == pytest.approx(0.932, abs=0.0005)
    text = " ".join(DOCS["findings.md"].split())
    assert "All 128 reach a mean probability of `<NEXT>` of 0.99 or more" in text
    assert "with the softmax once none is ever above 0.932. With Adam 37 of 64 escape later" in text


def test_the_check_for_this_bug_tells_a_run_that_has_it_from_one_that_has_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """As a reader would paste it."""
    (check,) = re.findall(r"```python\n(.*?)```", DOCS["findings.md"], re.S)
    for name, wrong in {"paper": True, "corrected": False}.items():
        for seed in range(8):
            log = pd.read_csv(f"metrics/curves/{name}.csv")
            own = log[log["seed"] == seed].reset_index(drop=True)
            pasted = check.replace('pd.read_csv("metrics/curves/paper.csv")["loss"]', "log")
            exec(pasted, {"log": own["loss"]})
            assert ("given probabilities" in capsys.readouterr().out) == wrong
    exec(check, {})
    assert "given probabilities" in capsys.readouterr().out


def test_the_law_holds_as_told() -> None:
    law = Path("metrics/plateau/tables/law.md").read_text()
    assert re.search(r"constant rate, odd seeds .* 48 of 48 \|", law)
    outcomes = pd.read_csv("metrics/plateau/outcomes.csv")
    epsilon = outcomes[(outcomes.crossing == "epsilon") & outcomes.cell.str.contains("constant")]
    odd = epsilon[(epsilon.seed % 2 == 1) & (epsilon.cell != "adam constant 1e-16")]
    escaped = odd.groupby("cell").escaped_at.count()
    assert (sum(max(one, 8 - one) for one in escaped), len(odd)) == (43, 48)  # what most seeds do
    branch = outcomes[outcomes.crossing == "branch"]
    settled = branch[branch.cell.str.startswith("1e-12")]
    undisturbed = epsilon[epsilon.cell == "adam constant 1e-12"].set_index("seed").escaped_at.to_dict()
    assert (settled.escaped_at.count(), len(settled)) == (32, 32)
    assert (settled.escaped_at == settled.seed.map(undisturbed)).sum() == 30
    assert not branch[branch.cell.str.startswith("1e-08")].escaped_at.count()
    threshold = pd.read_csv("metrics/plateau/tables/threshold.md", sep="|", skiprows=[1]).iloc[:, 1:-1]
    foretold = threshold.iloc[:, 4].str.strip() == "yes"
    sure = threshold.iloc[:, 5].str.strip()
    assert len(threshold) == 11
    assert (sure[foretold] == "8 of 8").all()
    assert (sure[~foretold] == "0 of 8").all()


def test_what_the_probes_say_is_as_told() -> None:
    text = " ".join(DOCS["findings.md"].split())
    probes = pd.read_csv("metrics/plateau/probes/crossed.csv")
    papers = probes[(probes[list(Cell._fields)[1:]] == ["adam", "constant", "all", "random"]).all(axis=1)]
    twice, once = (papers[(papers.output == one) & (papers.seed == 0)] for one in ("softmax", "logits"))
    at = {update: own.iloc[0] for update, own in twice.groupby("update")}
    assert (
        f"gives `<NEXT>` {at[100].next_probability:.3f} after 100 updates and {at[1200].next_probability:.4f}" in text
    )
    norms = [f"{at[update].gradient_norm:.2g}" for update in (100, 1200)]
    assert f"its gradient norm falls from {norms[0]} to {norms[1]}, and to" in text
    ends = once.set_index("update").gradient_norm
    norms = [f"{ends[100]:.0f}", f"{ends.iloc[-1]:.0f}"]
    assert f"With the softmax once it is {norms[0]} after 100 updates, and {norms[1]} at the end" in text
    assert f"after the {papers['update'].max():,} of an epoch, all three of the paper's setting" in text

    last = pd.read_csv("metrics/plateau/probes/epsilon.csv")
    last = last[(last.learning_rate == "constant") & (last.epsilon == 1e-16)].groupby("seed").tail(1)
    assert round(last.accuracy.median(), 1) == 42.8
    far = last[last.distinct > 2]
    assert len(far) == 6
    assert far.state_spread.between(0.175, 0.335).all()
    assert (last[last.distinct <= 2].state_spread < 0.01).all()


def test_the_study_in_git_is_whole() -> None:
    rows = rows_of(json.loads(Path("paper/tables.json").read_text()))
    ours: dict[tuple[str, str], Summary] = {
        (sweep, candidate): summary
        for sweep in SWEEPS
        for (candidate,), summary in read_runs(Path(f"metrics/sweeps/{sweep}.csv"), ("candidate",), SWEEP).items()
    }
    ours["final", "paper"] = read_split(Path("metrics/evaluate/paper.csv"), "test")
    found = compare(rows, ours)
    assert len(found) == 10
    for one in found:
        assert json.loads((Path("metrics/vs_paper") / one.row.name).read_text()) == one.metrics()


def test_only_what_we_tried_is_shown_and_what_the_paper_lacks_too() -> None:
    tables = {"tables": [{"name": "seq_len", "title": "T", "rows": [{"setting": "25", "accuracy": 42.4}]}]}
    rows = rows_of(tables, {"seq_len": ["400"]})
    assert rows == [Row("seq_len", "T", "400", None)]
    runs = [{"seed": 0, "accuracy": 43.0}, {"seed": 1, "accuracy": 44.0}]
    summary = {"runs": runs, "next_share": 42.0, "distinct": 3, "nats": 2.0}
    (one,) = compare(rows, {("seq_len", "400"): summary})
    assert "paper" not in one.metrics()
    assert [point["who"] for point in one.points()] == ["ours", "ours", "always <NEXT>"]
    assert [point["seed"] for point in one.points()] == [0, 1, ""]


@pytest.mark.parametrize("name", DOCS)
def test_linked_paths_exist(name: str) -> None:
    folder = PLACES[name].parent
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", DOCS[name]):
        assert (folder / path).exists(), path


@pytest.mark.parametrize("name", DOCS)
def test_commands_that_are_named_exist(name: str) -> None:
    text = DOCS[name]
    targets = re.findall(r"^([\w-]+):", Path("Makefile").read_text(), re.M)
    assert set(re.findall(r"(?:`|[$] |url )make ([a-z-]+)", text)) <= set(targets)
    for module in re.findall(r"python -m ([\w.]+)", text):
        assert importlib.util.find_spec(module), module
    assert set(re.findall(r"-S ([\w.]+)=", text)) <= leaves(PARAMS)
    for file in re.findall(r"(stages/\w+/dvc\.yaml)", text):
        assert Path(file).exists()


def test_every_stage_is_on_the_map_of_the_paper() -> None:
    rows = DOCS["architecture.md"].split("| paper | stage | file |")[1].split("\n\n")[0]
    named = set(re.findall(r"\w+", " ".join(row.split("|")[2] for row in rows.splitlines()[2:])))
    stages = {address.rpartition(":")[2] for address in STAGES}
    assert named <= stages
    assert {name for name in stages if not name.startswith("check_")} <= named


def test_the_readme_is_short() -> None:
    words = README.split()
    assert len(words) <= 900
    first = README[: README.index("```console")].split()
    assert len(first) <= 120
