"""The paper's tables beside ours, and the loss curves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from maestro_lstm.evaluation.significance import Interval, figures
from maestro_lstm.plumbing.tables import markdown, read_csv
from maestro_lstm.report.significance import between, difference_cells, verdict, with_spread
from maestro_lstm.study.metrics import Summary, metrics_row
from maestro_lstm.study.selection import Lead, lead_of, ranked

COLUMNS = ("seed", "update", "loss", "smoothed", "learning_rate")
MOST = 100  # points per run: a smooth line in a small file


def read_curve(path: Path) -> pd.DataFrame:
    """The runs of one network, `run_cache.curve_rows`. Raises UserError, naming the file."""
    return read_csv(path, COLUMNS)


def read_curves(path: Path) -> dict[tuple[str, ...], pd.DataFrame]:
    """The runs of a sweep, by candidate. Raises UserError, naming the file."""
    table = read_csv(path, ("candidate", *COLUMNS), words=("candidate",))
    return {(str(candidate),): rows for candidate, rows in table.groupby("candidate", sort=False)}


def loss_points(curves: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The smoothed loss, in nats per symbol of the loss that was trained on: of each run the first and last point, and
    between them points evenly spaced in the logarithm.

    Args:
        curves: by setting, all seeds.
    """
    points = []
    for setting, table in curves.items():
        for seed, run in table.groupby("seed"):
            shown = np.unique(np.geomspace(1, len(run), MOST).round().astype(int)) - 1
            for _, point in run.iloc[shown].iterrows():
                place = {"setting": setting, "seed": seed, "update": int(point["update"])}
                points.append({**place, "loss": round(point["smoothed"], 4)})
    return points


@dataclass(frozen=True)
class Row:
    """A setting, and the paper's accuracy for it in percent; None where only we tried it."""

    table: str  # name of the experiment, or `final`
    title: str  # of the table
    setting: str
    accuracy: float | None

    @property
    def name(self) -> str:
        """The metrics file that shows it, relative to `metrics/vs_paper`."""
        return f"{self.table}_{self.setting}.json"


def rows_of(tables: Mapping[str, Any], ours: Mapping[str, Sequence[str]] | None = None) -> list[Row]:
    """The rows of paper/tables.json; given the settings that we tried in each table, only those, in their order."""
    rows = []
    for table in tables["tables"]:
        papers = {row["setting"]: row["accuracy"] for row in table["rows"]}
        settings = papers if ours is None else ours[table["name"]]
        rows += [Row(table["name"], table["title"], setting, papers.get(setting)) for setting in settings]
    return rows


@dataclass(frozen=True)
class Comparison:
    """A row of the paper beside ours, in percent."""

    row: Row
    accuracies: Sequence[float]  # ours, one per run
    seeds: Sequence[int]  # of the runs
    next_share: float  # what always predicting `<NEXT>` scores in the same windows
    distinct: float  # different symbols ever predicted, mean over seeds
    nats: float  # per symbol, mean over seeds

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def std(self) -> float:
        """Of the sample; 0 for one run."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    def metrics(self) -> dict[str, float]:
        """As `dvc metrics show` prints them."""
        papers = {} if self.row.accuracy is None else {"paper": self.row.accuracy}
        ours = metrics_row(self.mean, self.std, self.nats, self.distinct, self.next_share, len(self.seeds))
        return papers | ours

    def points(self) -> list[dict[str, Any]]:
        """As a plot shows them: the paper, ours (one point per seed), and the constant predictor."""
        setting = self.row.setting
        runs = zip(self.seeds, self.accuracies, strict=True)
        ours = [{"setting": setting, "who": "ours", "seed": seed, "accuracy": accuracy} for seed, accuracy in runs]
        papers = {"setting": setting, "who": "paper", "seed": "", "accuracy": self.row.accuracy}
        return [
            *([] if self.row.accuracy is None else [papers]),
            *ours,
            {"setting": setting, "who": "always <NEXT>", "seed": "", "accuracy": self.next_share},
        ]


def compare(rows: Sequence[Row], ours: Mapping[tuple[str, str], Summary]) -> list[Comparison]:
    """Each row beside our summary over seeds, by table and setting.

    The final accuracy is over windows, as the paper's is.
    """
    comparisons = []
    for row in rows:
        key = "accuracy_windows" if row.table == "final" else "accuracy"
        summary = ours[row.table, row.setting]
        accuracies = [run[key] for run in summary["runs"]]
        seeds = [run["seed"] for run in summary["runs"]]
        figures = (summary[name] for name in ("next_share", "distinct", "nats"))
        comparisons.append(Comparison(row, accuracies, seeds, *figures))
    return comparisons


def leading(comparisons: Sequence[Comparison]) -> Lead[str]:
    """How far the best candidate of an experiment leads the next, each measured against always predicting `<NEXT>`
    in its own windows: these differ with T."""
    accuracies = {one.row.setting: [run - one.next_share for run in one.accuracies] for one in comparisons}
    first, second, *_ = ranked(accuracies)
    return lead_of(accuracies, first, second)


def comparisons_as_text(comparisons: Sequence[Comparison]) -> str:
    """The tables in Markdown."""
    rows = []
    for one in comparisons:
        papers = "" if one.row.accuracy is None else f"{one.row.accuracy:.1f} %"
        several = len(one.seeds) > 1
        ours = f"{one.mean:.2f} ± {one.std:.2f} %" if several else f"{one.mean:.2f} %"
        span = f"{min(one.accuracies):.2f} … {max(one.accuracies):.2f}" if several else "one seed"
        always, distinct = f"{one.next_share:.2f} %", f"{one.distinct:g}"
        rows.append([one.row.title, one.row.setting, papers, ours, span, always, distinct])
    head = ("experiment", "setting", "paper", "ours, mean ± sd", "min … max", "always `<NEXT>`", "distinct symbols")
    return markdown(head, rows, text_columns=2)


def leads_as_text(leads: Mapping[str, Lead[Any]]) -> str:
    """For each experiment, whether its best candidate is told apart from the next."""
    rows = [
        [title, lead.first, lead.second, *difference_cells(lead.by), verdict(lead.by.significant)]
        for title, lead in leads.items()
    ]
    head = ("experiment", "best over always `<NEXT>`", "next", "lead, points", "95 %", "p", "told apart?")
    return markdown(head, rows, text_columns=3)


def predictors_as_text(scores: Mapping[str, Any], over_works: Mapping[str, Mapping[str, Interval]]) -> str:
    """Networks and n-grams on one split in Markdown: ± over seeds, and 95 % over works.

    Args:
        scores: the figures by name; of a network a `metrics.Summary`.
        over_works: the intervals of `accuracy` and `nats` by name.
    """
    rows = []
    for name, found in scores.items():
        seeds = {key: figures(found, key) if "runs" in found else [found[key]] for key in ("accuracy", "nats")}
        accuracy, nats = (over_works[name][key] for key in ("accuracy", "nats"))
        rows.append(
            [
                name,
                f"{with_spread(seeds['accuracy'])} %",
                between(accuracy.low, accuracy.high, sign=""),
                f"{found['accuracy_pitches']:.2f} %",
                with_spread(seeds["nats"], 3),
                between(nats.low, nats.high, 3, sign=""),
            ]
        )
    head = ("predictor", "accuracy ± seeds", "95 % over works", "on pitches", "nats ± seeds", "95 % over works")
    return markdown(head, rows)
