"""The paper's tables beside ours: which figure of ours answers which of the paper's, and how they differ."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


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
    ours: float
    next_share: float  # what always saying `<NEXT>` scores in the same windows
    distinct: float  # different symbols that our network ever predicted, mean over seeds
    runs: Sequence[Mapping[str, Any]]  # seed and accuracy of each of ours

    def figures(self) -> dict[str, float]:
        """As a metrics file holds them."""
        shared = {"ours": self.ours, "next_share": self.next_share, "distinct": self.distinct}
        if self.row.accuracy is None:
            return shared
        return {"paper": self.row.accuracy, "delta": round(self.ours - self.row.accuracy, 4), **shared}

    def points(self) -> list[dict[str, Any]]:
        """As a plot shows them: the paper, ours (a point a seed), and the constant predictor."""
        setting = self.row.setting
        ours = [{"setting": setting, "who": "ours", "seed": r["seed"], "accuracy": r["accuracy"]} for r in self.runs]
        papers = {"setting": setting, "who": "paper", "seed": "", "accuracy": self.row.accuracy}
        return [
            *([] if self.row.accuracy is None else [papers]),
            *ours,
            {"setting": setting, "who": "always <NEXT>", "seed": "", "accuracy": self.next_share},
        ]


def compare(rows: Sequence[Row], read: Callable[[str], Mapping[str, Any]]) -> list[Comparison]:
    """Each row beside our figure; `read` gives the metrics of a file that `Row.metrics` names."""
    comparisons = []
    for row in rows:
        figures = read(row.metrics)
        ours = figures[row.key]
        runs = figures.get("runs", [{"seed": figures.get("seed", ""), "accuracy": ours}])
        comparisons.append(Comparison(row, ours, figures["next_share"], figures["distinct"], runs))
    return comparisons


def as_text(comparisons: Sequence[Comparison]) -> str:
    """The tables in Markdown, as the README shows them and a terminal too."""
    lines = [
        "| experiment | setting | paper | ours | always `<NEXT>` | distinct symbols |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for one in comparisons:
        row = one.row
        papers = "" if row.accuracy is None else f"{row.accuracy:.1f} %"
        figures = f"{papers} | {one.ours:.2f} % | {one.next_share:.2f} % | {one.distinct:g}"
        lines.append(f"| {row.title} | {row.setting} | {figures} |")
    return "\n".join(lines)


def scores_as_text(scores: Mapping[str, Mapping[str, float]]) -> str:
    """Networks and floors in one Markdown table, from their evaluate metrics by name."""
    lines = ["| predictor | accuracy | on pitches | nats | distinct symbols |", "|---|---:|---:|---:|---:|"]
    for name, s in scores.items():
        figures = f"{s['accuracy']:.2f} % | {s['accuracy_pitches']:.2f} % | {s['nats']:.3f} | {s['distinct']:g}"
        lines.append(f"| {name} | {figures} |")
    return "\n".join(lines)
