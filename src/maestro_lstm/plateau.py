"""What `explain` saw of every way of training → when each run collapsed or escaped, and the table that says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from maestro_lstm.files import read_csv
from maestro_lstm.probes import Probe
from maestro_lstm.study import Cell

SURE = 0.99  # mean probability of `<NEXT>` from which on a network says nothing else
COLUMNS = ["seed", *(field.name for field in fields(Probe))]


@dataclass(frozen=True)
class Fate:
    """What became of one run. Updates, as fine as it was looked at; None: it did not happen."""

    seed: int
    collapsed_at: int | None  # first seen with a mean probability of `<NEXT>` of at least SURE
    escaped_at: int | None  # first seen below that, and to predict anything else, afterwards


def read_probes(path: Path) -> pd.DataFrame:
    """The looks at one cell's runs, `runs.probe_rows`. Raises UserError, naming the file."""
    return read_csv(path, COLUMNS)


def fates(probes: pd.DataFrame) -> list[Fate]:
    """Of each seed's run."""
    found = []
    for seed, run in probes.groupby("seed"):
        sure = run[run.next_probability >= SURE]
        collapsed_at = None if sure.empty else int(sure["update"].iloc[0])
        free = run[(run["update"] > (collapsed_at or 0)) & (run.next_probability < SURE) & (run.distinct > 1)]
        escaped_at = None if collapsed_at is None or free.empty else int(free["update"].iloc[0])
        found.append(Fate(int(str(seed)), collapsed_at, escaped_at))
    return found


def look_points(probes: Mapping[Cell, pd.DataFrame]) -> list[dict[str, Any]]:
    """Every look at every run, as a plot shows them: a row of panels an output, a column a way of training."""
    return [
        {
            "output": cell.output,
            "way": f"{cell.learning_rate}, {cell.loss}, {cell.draws}",
            **{key: look[key] for key in ("seed", "update", "accuracy", "next_probability")},
        }
        for cell, table in probes.items()
        for look in table.to_dict("records")
    ]


def updates_told(updates: Sequence[int | None]) -> str:
    """Least to greatest of those that there are."""
    there = sorted(update for update in updates if update is not None)
    if not there:
        return ""
    return f"{there[0]:,}" if there[0] == there[-1] else f"{there[0]:,} … {there[-1]:,}"


def as_text(cells: Mapping[Cell, Mapping[str, Any]], by_cell: Mapping[Cell, Sequence[Fate]]) -> str:
    """The cross table in Markdown, from each cell's figures over seeds and its runs' fates."""
    lines = [
        "| output | rate | loss of | draws | accuracy | nats | distinct | collapsed at the end | collapsed at update "
        "| escaped, at update |",
        "|---|---|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for cell, figures in cells.items():
        runs = by_cell[cell]
        escaped = [fate.escaped_at for fate in runs if fate.escaped_at is not None]
        lines.append(
            f"| {cell.output} | {cell.learning_rate} | {cell.loss} | {cell.draws} "
            f"| {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} % | {figures['nats']:.3f} "
            f"| {figures['distinct']:g} | {sum(one['collapsed'] for one in figures['runs'])} of {len(runs)} "
            f"| {updates_told([fate.collapsed_at for fate in runs])} "
            f"| {f'{len(escaped)}: {updates_told(escaped)}' if escaped else ''} |"
        )
    return "\n".join(lines)
