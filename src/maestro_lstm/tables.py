"""The paper's tables beside ours: which figure of ours answers which of the paper's, and how they differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from maestro_lstm.selection import Lead, lead_of, ranked


@dataclass(frozen=True)
class Row:
    """A setting, and the paper's accuracy for it in percent; None where only we tried it."""

    table: str  # name of the experiment, or `final`
    title: str  # of the table
    setting: str
    accuracy: float | None

    @property
    def metrics(self) -> str:
        """Our metrics file for the same setting, relative to the metrics folder."""
        return (
            f"evaluate/test/{self.setting}.json" if self.table == "final" else f"sweep_{self.table}/{self.setting}.json"
        )

    @property
    def curve(self) -> str:
        """Our loss curves for it, likewise."""
        stage = "train" if self.table == "final" else f"sweep_{self.table}"
        return f"curves/{stage}/{self.setting}.csv"

    @property
    def key(self) -> str:
        """Where in that file our figure stands; the paper's final figure is over windows too."""
        return "accuracy_windows" if self.table == "final" else "accuracy"


def rows_of(tables: Mapping[str, Any], ours: Mapping[str, Sequence[str]] | None = None) -> list[Row]:
    """The rows of paper/tables.json; or, with the settings that we tried in each table, just those, in their order."""
    rows = []
    for table in tables["tables"]:
        papers = {row["setting"]: row["accuracy"] for row in table["rows"]}
        settings = papers if ours is None else ours[table["name"]]
        rows += [Row(table["name"], table["title"], setting, papers.get(setting)) for setting in settings]
    return rows


@dataclass(frozen=True)
class Comparison:
    """A row of the paper and ours beside it. Percent, the difference in points."""

    row: Row
    accuracies: Sequence[float]  # ours, a run each
    seeds: Sequence[int]  # of the runs
    next_share: float  # what always saying `<NEXT>` scores in the same windows
    distinct: float  # different symbols that our network ever predicted, mean over seeds

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def std(self) -> float:
        """Of the sample; 0 for one run."""
        return float(np.std(self.accuracies, ddof=1)) if len(self.accuracies) > 1 else 0.0

    def figures(self) -> dict[str, float]:
        """As a metrics file holds them."""
        papers = self.row.accuracy
        figures = {} if papers is None else {"paper": papers, "delta": self.mean - papers}
        ours = {"ours": self.mean, "std": self.std, "least": min(self.accuracies), "greatest": max(self.accuracies)}
        figures |= {**ours, "next_share": self.next_share, "distinct": self.distinct}
        return {key: round(value, 4) for key, value in figures.items()}

    def points(self) -> list[dict[str, Any]]:
        """As a plot shows them: the paper, ours (a point a seed), and the constant predictor."""
        setting = self.row.setting
        runs = zip(self.seeds, self.accuracies, strict=True)
        ours = [{"setting": setting, "who": "ours", "seed": seed, "accuracy": accuracy} for seed, accuracy in runs]
        papers = {"setting": setting, "who": "paper", "seed": "", "accuracy": self.row.accuracy}
        return [
            *([] if self.row.accuracy is None else [papers]),
            *ours,
            {"setting": setting, "who": "always <NEXT>", "seed": "", "accuracy": self.next_share},
        ]


def compare(rows: Sequence[Row], read: Callable[[str], Mapping[str, Any]]) -> list[Comparison]:
    """Each row beside our figures; `read` gives the metrics of a file that `Row.metrics` names."""
    comparisons = []
    for row in rows:
        figures = read(row.metrics)
        accuracies = [run[row.key] for run in figures["runs"]]
        seeds = [run["seed"] for run in figures["runs"]]
        comparisons.append(Comparison(row, accuracies, seeds, figures["next_share"], figures["distinct"]))
    return comparisons


def leading(comparisons: Sequence[Comparison]) -> Lead[str]:
    """The best candidate of an experiment before the next, each measured against always saying `<NEXT>` in its own
    windows: those differ with T, and so does what costs nothing there."""
    figures = {one.row.setting: {"accuracy": one.mean - one.next_share, "accuracy_std": one.std} for one in comparisons}
    first, second, *_ = ranked(figures)
    return lead_of(figures, first, second)


def as_text(comparisons: Sequence[Comparison]) -> str:
    """The tables in Markdown, as the README shows them and a terminal too."""
    lines = [
        "| experiment | setting | paper | ours, mean ± sd | least … greatest | always `<NEXT>` | distinct symbols |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for one in comparisons:
        papers = "" if one.row.accuracy is None else f"{one.row.accuracy:.1f} %"
        spread = f" ± {one.std:.2f} % | {min(one.accuracies):.2f} … {max(one.accuracies):.2f}"
        ours = f"{one.mean:.2f}{spread if len(one.seeds) > 1 else ' % | one seed'}"
        rest = f"{one.next_share:.2f} % | {one.distinct:g}"
        lines.append(f"| {one.row.title} | {one.row.setting} | {papers} | {ours} | {rest} |")
    return "\n".join(lines)


def leads_as_text(leads: Mapping[str, Lead[Any]]) -> str:
    """By experiment, whether its best candidate is further before the next than the seeds are apart."""
    lines = [
        "| experiment | best over always `<NEXT>` | next | lead | seeds' spread | more than the spread? |",
        "|---|---|---|---:|---:|---|",
    ]
    for title, lead in leads.items():
        verdict = "yes" if lead.beyond_spread else "no"
        figures = f"{lead.points:.2f} points | {lead.spread:.2f} points | {verdict}"
        lines.append(f"| {title} | {lead.first} | {lead.second} | {figures} |")
    return "\n".join(lines)


def scores_as_text(scores: Mapping[str, Mapping[str, float]]) -> str:
    """Networks and floors in one Markdown table, from their evaluate metrics by name."""
    lines = ["| predictor | accuracy | on pitches | nats | distinct symbols |", "|---|---:|---:|---:|---:|"]
    for name, s in scores.items():
        spread = f" ± {s['accuracy_std']:.2f}" if s.get("seeds", 1) > 1 else ""
        accuracy = f"{s['accuracy']:.2f}{spread} % | {s['accuracy_pitches']:.2f} %"
        lines.append(f"| {name} | {accuracy} | {s['nats']:.3f} | {s['distinct']:g} |")
    return "\n".join(lines)
