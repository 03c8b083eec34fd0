"""The README tells the truth: its tables are the metrics, its paths and commands exist."""

import json
import re
from pathlib import Path

import pytest

from benchmarks.__main__ import table as benchmark_table
from maestro_lstm.study.params.file import WISHES
from maestro_lstm.study.report.paper import Row, compare, rows_of
from tests.pipeline_files import PARAMS, STAGES, leaves

README = Path("README.md").read_text()
FINDINGS = Path("docs/findings.md").read_text()
HEARD = Path("docs/music.md").read_text()
WISHED = Path("docs/wishes.md").read_text()
BEST = Path("docs/best.md").read_text()


def test_its_tables_are_those_of_the_study() -> None:
    shown = re.search(r"<!-- metrics/tables.md -->\n(.*?)<!-- end -->", README, re.S)
    assert shown
    assert shown[1].strip() == Path("metrics/tables.md").read_text().strip()


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        (FINDINGS, ["plateau/table"]),
        (WISHED, [f"wishes/{wish}" for wish in WISHES if wish != "best"]),
        (BEST, ["breakdown/tables", "wishes/best"]),
    ],
    ids=["findings", "wishes", "best"],
)
def test_the_tables_of_the_findings_are_those_of_the_study(text: str, tables: list[str]) -> None:
    shown = dict(re.findall(r"<!-- metrics/(\S+)\.md -->\n(.*?)<!-- end -->", text, re.S))
    assert list(shown) == tables
    for name, table in shown.items():
        assert table.strip() == Path(f"metrics/{name}.md").read_text().strip()


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", FINDINGS + WISHED + BEST + HEARD))))
def test_a_path_linked_in_the_findings_exists(path: str) -> None:
    assert Path("docs", path).exists()


def test_how_many_collapsed_is_told_as_it_was() -> None:
    fates = json.loads(Path("metrics/plateau/fates.json").read_text())
    sure = {
        output: [
            fate["collapsed_at"] is not None for cell, runs in fates.items() if cell.startswith(output) for fate in runs
        ]
        for output in ("softmax", "logits")
    }
    assert all(sure["softmax"])
    assert not any(sure["logits"])
    for text in (README, FINDINGS):
        assert re.search(rf"all (of )?{len(sure['softmax'])} trainings became sure", text)
        assert f"none of {len(sure['logits'])} " in text
    shown = json.loads(Path("metrics/explain/softmax-constant-all-random.json").read_text())
    assert sum(run["collapsed"] for run in shown["runs"]) == 5  # the alternative texts of the picture say so
    assert "five of eight networks stay" in README


@pytest.mark.parametrize(
    ("text", "name"),
    [(README, "results"), (WISHED, "sizes"), (HEARD, "generation")],
    ids=["results", "sizes", "generation"],
)
def test_the_benchmarks_shown_are_those_that_were_measured(text: str, name: str) -> None:
    shown = re.search(rf"<!-- benchmarks/{name}.json -->\n(.*?)<!-- end -->", text, re.S)
    assert shown
    results = json.loads(Path(f"benchmarks/{name}.json").read_text())
    assert shown[1].strip() == benchmark_table(results["figures"]).strip()
    assert results["machine"]["processor"] in text


def test_the_distances_shown_are_those_in_metrics() -> None:
    shown = re.search(r"<!-- metrics/distances/table.md -->\n(.*?)<!-- end -->", HEARD, re.S)
    assert shown
    assert shown[1].strip() == Path("metrics/distances/table.md").read_text().strip()


def test_the_study_in_git_is_whole() -> None:
    rows = rows_of(json.loads(Path("paper/tables.json").read_text()))
    ours = compare(rows, lambda name: json.loads((Path("metrics") / name).read_text()))
    assert len(ours) == 10
    for one in ours:
        path = Path("metrics/vs_paper") / f"{one.row.table}_{one.row.setting}.json"
        assert json.loads(path.read_text()) == one.figures()


def test_only_what_we_tried_is_shown_and_what_the_paper_lacks_too() -> None:
    tables = {"tables": [{"name": "seq_len", "title": "T", "rows": [{"setting": "25", "accuracy": 42.4}]}]}
    rows = rows_of(tables, {"seq_len": ["400"]})
    assert rows == [Row("seq_len", "T", "400", None)]
    runs = [{"seed": 0, "accuracy": 43.0}, {"seed": 1, "accuracy": 44.0}]
    (one,) = compare(rows, lambda _: {"runs": runs, "next_share": 42.0, "distinct": 3})
    assert "paper" not in one.figures()
    assert [point["who"] for point in one.points()] == ["ours", "ours", "always <NEXT>"]
    assert [point["seed"] for point in one.points()] == [0, 1, ""]


def test_a_row_knows_where_our_figure_is() -> None:
    assert Row("seq_len", "", "25", 42.4).metrics == "sweep_seq_len/25.json"
    assert Row("final", "", "paper", 41.7).key == "accuracy_windows"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\((?!http)([^)#]+)\)", README))))
def test_a_linked_path_exists(path: str) -> None:
    assert Path(path).exists()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|[$] |url )make ([a-z-]+)", README))))
def test_a_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", Path("Makefile").read_text(), re.M)


def test_params_that_it_sets_exist() -> None:
    keys = re.findall(r"-S ([\w.]+)=", README)
    assert keys
    assert set(keys) <= leaves(PARAMS)


def test_stages_that_it_names_exist() -> None:
    table = README.split("| paper | stage | file |")[1].split("```")[0]
    names = {
        name
        for line in table.splitlines()[2:]
        for name in re.findall(r"[a-z_]+", line.split("|")[2] if "|" in line else "")
    }
    assert names <= STAGES.keys()
    assert {name for name in STAGES if not name.startswith("check_")} <= names


def test_every_folder_of_its_tree_exists() -> None:
    tree = README.split("```\ndvc.yaml ")[1].split("```")[0]
    for name in re.findall(r"^([\w./]+)", f"dvc.yaml {tree}", re.M):
        assert Path(name).exists() or name in ("models/", "runs/"), name
