"""When each run of `explain` collapsed or escaped, and the table that says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from maestro_lstm.model.training.probes import Probe
from maestro_lstm.plumbing.tables import markdown, read_csv
from maestro_lstm.study.experiments.plateau import COLUMNS as FACTORS
from maestro_lstm.study.experiments.plateau import Cell
from maestro_lstm.study.scoring.metrics import Summary

SURE = 0.99  # mean probability of `<NEXT>` above which a network predicts nothing else
COLUMNS = (*FACTORS, "seed", *(field.name for field in fields(Probe)))


@dataclass(frozen=True)
class Fate:
    """What became of one run. In updates, as precise as the probes; None: it did not happen."""

    seed: int
    collapsed_at: int | None  # first probed with a mean probability of `<NEXT>` of at least SURE
    escaped_at: int | None  # after that, first probed below it and predicting anything else


def read_probes(path: Path) -> dict[tuple[str, ...], pd.DataFrame]:
    """The probes of each cell's runs, by its values. Raises UserError, naming the file."""
    table = read_csv(path, COLUMNS, words=FACTORS)
    return {tuple(map(str, cell)): rows for cell, rows in table.groupby(list(FACTORS), sort=False)}


def fates(probes: pd.DataFrame) -> list[Fate]:
    """What became of each seed's run."""
    found = []
    for seed, run in probes.groupby("seed"):
        sure = run[run.next_probability >= SURE]
        collapsed_at = None if sure.empty else int(sure["update"].iloc[0])
        free = run[(run["update"] > (collapsed_at or 0)) & (run.next_probability < SURE) & (run.distinct > 1)]
        escaped_at = None if collapsed_at is None or free.empty else int(free["update"].iloc[0])
        found.append(Fate(int(str(seed)), collapsed_at, escaped_at))
    return found


def look_points(probes: Mapping[Cell, pd.DataFrame]) -> list[dict[str, Any]]:
    """Every probe of every run, for a plot with a row of panels per output and a column per way of training."""
    return [
        {
            "output": cell.output,
            "way": f"{cell.learning_rate}, {cell.loss}, {cell.draws}",
            **{key: look[key] for key in ("seed", "update", "accuracy", "next_probability")},
        }
        for cell, table in probes.items()
        for look in table.to_dict("records")
    ]


def span_of(updates: Sequence[int | None]) -> str:
    """The lowest to the highest of them; empty if there is none."""
    there = sorted(update for update in updates if update is not None)
    if not there:
        return ""
    return f"{there[0]:,}" if there[0] == there[-1] else f"{there[0]:,} … {there[-1]:,}"


def as_text(cells: Mapping[Cell, Summary], by_cell: Mapping[Cell, Sequence[Fate]]) -> str:
    """The cross table in Markdown, from each cell's figures over seeds and its runs' fates."""
    rows = []
    for cell, summary in cells.items():
        fates = by_cell[cell]
        escaped = [fate.escaped_at for fate in fates if fate.escaped_at is not None]
        rows.append(
            [
                *cell.columns().values(),
                f"{summary['accuracy']:.2f} ± {summary['accuracy_std']:.2f} %",
                f"{summary['nats']:.3f}",
                f"{summary['distinct']:g}",
                f"{sum(run['collapsed'] for run in summary['runs'])} of {len(fates)}",
                span_of([fate.collapsed_at for fate in fates]),
                f"{len(escaped)}: {span_of(escaped)}" if escaped else "",
            ]
        )
    head = ("output", "rate", "loss of", "draws", "accuracy", "nats", "distinct", "collapsed at the end")
    return markdown((*head, "collapsed at update", "escaped, at update"), rows, text_columns=4)
