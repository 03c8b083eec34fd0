"""The paper's tables beside ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.study.experiments.selection import Lead, lead_of, ranked
from maestro_lstm.study.scoring.metrics import Summary, metrics_row


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
    figures = {one.row.setting: {"accuracy": one.mean - one.next_share, "accuracy_std": one.std} for one in comparisons}
    first, second, *_ = ranked(figures)
    return lead_of(figures, first, second)


def as_text(comparisons: Sequence[Comparison]) -> str:
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
    """For each experiment, whether its best candidate leads the next by more than the seeds' spread."""
    rows = [
        [
            title,
            lead.first,
            lead.second,
            f"{lead.points:.2f} points",
            f"{lead.spread:.2f} points",
            "yes" if lead.beyond_spread else "no",
        ]
        for title, lead in leads.items()
    ]
    head = ("experiment", "best over always `<NEXT>`", "next", "lead", "seeds' spread", "more than the spread?")
    return markdown(head, rows, text_columns=3)


def predictors_as_text(scores: Mapping[str, Mapping[str, float]]) -> str:
    """Networks and n-grams on one split in Markdown, from their figures by name."""
    rows = []
    for name, s in scores.items():
        spread = f" ± {s['accuracy_std']:.2f}" if s.get("seeds", 1) > 1 else ""
        rows.append(
            [
                name,
                f"{s['accuracy']:.2f}{spread} %",
                f"{s['accuracy_pitches']:.2f} %",
                f"{s['nats']:.3f}",
                f"{s['distinct']:g}",
            ]
        )
    return markdown(("predictor", "accuracy", "on pitches", "nats", "distinct symbols"), rows)
