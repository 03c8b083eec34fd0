"""Breakdowns of several predictors side by side."""

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from maestro_lstm.evaluation.significance import Interval, Labels, interval, works_at
from maestro_lstm.plumbing.tables import markdown

Tables = Mapping[str, pd.DataFrame]  # by predictor, `breakdown.over_runs`
HEADS = {"position": "symbols before in the piece", "chord": "notes of the chord", "composer": "composer"}


def part(table: pd.DataFrame, by: str) -> pd.DataFrame:
    """The rows of one kind of group."""
    return table[table["by"] == by].set_index("group")


def interval_of(
    table: pd.DataFrame, key: str, works: Labels | None = None, less: pd.DataFrame | None = None
) -> Interval:
    """A predictor's accuracy or nats, or how far it is above another's, resampled over works.

    Args:
        works: of all pieces; each its own if not given.
    """
    pieces = part(table, "piece")
    works = None if works is None else works_at(pieces.index, works)
    values = pieces[key] if less is None else pieces[key] - part(less, "piece")[key]
    return interval(values.to_numpy(dtype=float), pieces["symbols"].to_numpy(dtype=float), works)


def calibration_error(table: pd.DataFrame) -> float:
    """Expected calibration error in points: the gap between accuracy and confidence of a bin, averaged over symbols
    (Guo et al. 2017, eq. 3). The predictions of several seeds are pooled."""
    bins = part(table, "confidence")
    apart = (bins["accuracy"] - bins["confidence"]).abs()
    return float((bins["symbols"] * apart).sum() / bins["symbols"].sum())


def intervals_row(name: str, table: pd.DataFrame, works: Labels | None) -> dict[str, Any]:
    """A row of the table of intervals, over works or, without them, over pieces; NaN where there is no interval."""
    accuracy, nats = interval_of(table, "accuracy", works), interval_of(table, "nats", works)
    figures = {
        "accuracy": accuracy.mean,
        "accuracy_low": accuracy.low,
        "accuracy_high": accuracy.high,
        "nats": nats.mean,
        "nats_low": nats.low,
        "nats_high": nats.high,
        "calibration_error": calibration_error(table),
    }
    over = "pieces" if works is None else "works"
    return {"predictor": name, "over": over, **{key: round(value, 4) for key, value in figures.items()}}


def points_of(tables: Tables, by: str) -> list[dict[str, Any]]:
    """Points of a plot, one per predictor and group."""
    found = []
    for name, table in tables.items():
        for group, row in part(table, by).iterrows():
            figures = {key: row[key] for key in ("accuracy", "nats", "confidence", "symbols")}
            found.append({"setting": group, "group": name, "seed": "", **figures})
    return found


def calibration_as_text(tables: Tables, works: Labels) -> str:
    """Each predictor's figures with intervals, and each against the next lower in likelihood, in Markdown."""
    ranked = sorted(tables, key=lambda name: -interval_of(tables[name], "nats").mean)
    parts = [_figures_as_text({name: tables[name] for name in ranked}, works), _steps_as_text(tables, ranked, works)]
    return "\n\n".join(parts)


def groups_as_text(tables: Tables) -> str:
    """Every predictor by position, chord and composer, in Markdown."""
    return "\n\n".join(_groups_as_text(tables, by) for by in HEADS)


def _figures_as_text(tables: Tables, works: Labels) -> str:
    rows = []
    for name, table in tables.items():
        accuracy, nats = interval_of(table, "accuracy", works), interval_of(table, "nats", works)
        rows.append(
            [
                name,
                f"{accuracy.mean:.2f} % {_between(accuracy, '.2f')}",
                f"{nats.mean:.3f} {_between(nats, '.3f')}",
                f"{calibration_error(table):.2f} points",
            ]
        )
    return markdown(("predictor", "accuracy [95 %]", "nats [95 %]", "calibration error"), rows)


def _steps_as_text(tables: Tables, ranked: list[str], works: Labels) -> str:
    rows = []
    for low, high in pairwise(ranked):
        accuracy = interval_of(tables[high], "accuracy", works, less=tables[low])
        nats = interval_of(tables[high], "nats", works, less=tables[low])
        gained = part(tables[high], "piece")["nats"] < part(tables[low], "piece")["nats"]
        rows.append(
            [
                f"{low} → {high}",
                f"{accuracy.mean:+.2f} {_between(accuracy, '+.2f')}",
                f"{nats.mean:+.3f} {_between(nats, '+.3f')}",
                f"{int(gained.sum())} of {len(gained)} pieces",
            ]
        )
    return markdown(("step", "points of accuracy [95 %]", "nats [95 %]", "better in"), rows)


def _between(found: Interval, form: str) -> str:
    return "" if math.isnan(found.low) else f"[{found.low:{form}} … {found.high:{form}}]"


def _groups_as_text(tables: Tables, by: str) -> str:
    parts = {name: part(table, by) for name, table in tables.items()}
    groups = next(iter(parts.values()))
    rows = []
    for group, symbols in groups["symbols"].items():
        found = [one.loc[str(group)] for one in parts.values()]
        cells = [f"{row['accuracy']:.1f} %, {row['nats']:.2f}" for row in found]
        rows.append([str(group), f"{100 * symbols / np.sum(groups['symbols']):.1f} %", *cells])
    return markdown([HEADS[by], "share of symbols", *parts], rows)
