"""The plots of `dvc plots show`: each one is drawn, from columns that are there, under a title of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import vl_convert

from maestro_lstm.export.style import GROUPS
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.report.paper import COLUMNS, MOST, compare, loss_points, read_curve, rows_of
from maestro_lstm.report.pictures import tables_picture
from maestro_lstm.study import plateau
from maestro_lstm.training.loop import Point
from maestro_lstm.training.run_cache import curve_rows
from tests import pipeline_files
from tools.pipeline import entries

PLOTS: dict[str, Any] = {name: plot for entry in pipeline_files.PLOTS for name, plot in entry.items()}
TEMPLATES = {path.stem: json.loads(path.read_text()) for path in Path(".dvc/plots").glob("*.json")}
STORY = ["table", "loss", "training", "collapse", "extend", "right", "written"]  # its parts, in their order


def test_every_plot_has_a_title_of_its_own_and_a_template_and_every_template_a_plot() -> None:
    assert len(PLOTS) == len(pipeline_files.PLOTS)
    assert list(dict.fromkeys(name.partition("_")[0] for name in PLOTS)) == STORY
    assert len({plot["title"] for plot in PLOTS.values()}) == len(PLOTS)
    assert {plot["template"] for plot in PLOTS.values()} == TEMPLATES.keys()
    assert all(re.fullmatch("[a-z_]+", name) for name in PLOTS)  # DVC makes a selector of it, as it stands


def test_every_plot_is_of_a_file_that_a_stage_makes() -> None:
    stages = [one for address in pipeline_files.STAGES for one in pipeline_files.instances(address)]
    made = {path for stage in stages for path in entries(stage, "outs")}
    wanted = {Path("metrics", file) for plot in PLOTS.values() for file in plot["y"]}
    assert {file for file in wanted if not any(file.is_relative_to(one) for one in made)} == set()


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    """What DVC makes of each plot, a Vega-Lite specification with its data."""
    # real music may not be there, which DVC tells
    told = subprocess.run(
        [sys.executable, "-m", "dvc", "plots", "show", "--json", *PLOTS],
        capture_output=True,
        text=True,
        check=False,
    )
    data = json.loads(told.stdout)["data"]
    return {name: data[name][0]["content"] for name in PLOTS}


def keys_in(spec: Any, key: str) -> Iterator[Any]:
    """All values under this key, anywhere but in the data."""
    if isinstance(spec, list):
        for one in spec:
            yield from keys_in(one, key)
    elif isinstance(spec, dict):
        for name, value in spec.items():
            if name == key:
                yield value
            elif name != "data":
                yield from keys_in(value, key)


@pytest.mark.parametrize("name", PLOTS)
def test_a_plot_is_drawn_with_its_title_and_all_its_marks(name: str, shown: dict[str, Any]) -> None:
    spec = shown[name]
    assert spec["title"]["text"] == PLOTS[name]["title"]
    columns = set(spec["data"]["values"][0])
    calculated = set(keys_in(spec, "as")) | {"sure"}  # the line of a calibration has data of its own
    assert set(keys_in(spec, "field")) - calculated <= columns
    svg = vl_convert.vegalite_to_svg(spec, vl_version="5.8")
    marks = [svg.count(f'aria-roledescription="{kind}"') for kind in ("point", "tick", "line mark")]
    assert sum(marks) == expected_marks(PLOTS[name]["template"], pd.DataFrame(spec["data"]["values"]))


def expected_marks(template: str, rows: pd.DataFrame) -> int:
    """A line a run; a point a row, but for those that have no place in the plot."""
    if template in ("curves", "probes", "training"):
        keys = (*plateau.Cell._fields, "seed") if template == "probes" else ("setting", "seed")
        return len(rows.drop_duplicates([key for key in keys if key in rows]))
    if template == "distances":
        return int(rows["measure"].str.startswith("tv_").sum())
    if template == "sizes":
        return int((rows["share"].astype(float) > 0).sum()) + rows["group"].nunique()
    return len(rows) + (template == "calibration")  # and its line


def test_groups_are_told_apart_by_colour_blind_eyes_and_in_print() -> None:
    for name, template in TEMPLATES.items():
        for colours in keys_in(list(keys_in(template, "color")), "range"):
            assert set(colours) <= {"#000000", *(color for color, _ in GROUPS)}, name
        if name not in ("probes", "runs"):  # which have one group a panel
            by_mark, by_colour = fields_of(template, "shape", "strokeDash"), fields_of(template, "color")
            assert by_mark == by_colour, name


def fields_of(template: Any, *channels: str) -> set[str]:
    """What is told by these channels."""
    used = [one for channel in channels for one in keys_in(template, channel)]
    return {one["field"] for one in used if isinstance(one, dict) and "field" in one}


def test_the_first_revision_of_a_difference_is_drawn_whole_whatever_its_name() -> None:
    for name, template in TEMPLATES.items():
        shades = list(keys_in(template, "opacity"))
        assert shades, name
        assert all(shade["sort"] is None and shade["scale"]["range"][0] == 1 for shade in shades), name


def curve(points: int, seeds: int = 2) -> pd.DataFrame:
    rows = [
        {"seed": seed, "update": 10 * k, "loss": 5.0, "smoothed": 4 + 1 / k, "learning_rate": 0.1}
        for seed in range(seeds)
        for k in range(1, points + 1)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.mark.parametrize("points", [1, 2, 99, 100, 101, 5000])
def test_a_loss_curve_keeps_its_ends_and_is_short(points: int) -> None:
    shown = pd.DataFrame(loss_points({"adam": curve(points), "sgd": curve(1)}))
    for seed in (0, 1):
        run = shown[(shown["setting"] == "adam") & (shown["seed"] == seed)]
        assert (run["update"].iloc[0], run["update"].iloc[-1]) == (10, 10 * points)
        assert run["update"].is_monotonic_increasing
        assert run["update"].is_unique
        assert len(run) <= MOST
        assert (run["loss"] == (4 + 10 / run["update"]).round(4)).all()
    assert len(shown[shown["setting"] == "sgd"]) == 2


def test_curves_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert ("seed", *(field.name for field in fields(Point))) == COLUMNS
    assert curve_rows([]) == []
    path = tmp_path / "adam.csv"
    curve(3).to_csv(path, index=False)
    pd.testing.assert_frame_equal(read_curve(path), curve(3))
    path.write_text("seed,update\n0,1\n")
    with pytest.raises(UserError, match=r"adam\.csv"):
        read_curve(path)
    with pytest.raises(UserError, match=r"gone\.csv is missing"):
        read_curve(tmp_path / "gone.csv")


def test_the_tables_are_pictured_with_every_seed_and_with_what_the_paper_lacks() -> None:
    tables = {"tables": [{"name": "final", "title": "Final", "rows": [{"setting": "paper", "accuracy": 41.7}]}]}
    runs = [{"seed": k, "accuracy_windows": 41.0 + k} for k in range(3)]
    rows = rows_of(tables, {"final": ["paper", "corrected"]})
    summary = {"runs": runs, "next_share": 41.7, "distinct": 1, "nats": 2.0}
    ones = compare(rows, {(row.table, row.setting): summary for row in rows})
    points = [point for one in ones for point in one.points()]
    picture = tables_picture({"Final": points})
    assert picture == tables_picture({"Final": points})
    marks = (rb"fill: #0072b2; fill-opacity", rb'"fill-opacity: 0.8; stroke: #000000')
    ours, papers = (len(re.findall(rb"<use [^>]*" + mark, picture)) for mark in marks)
    assert (ours, papers) == (2 * 3 + 1, 1 + 1)  # and in the legend
