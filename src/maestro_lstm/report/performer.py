"""The networks of performances beside each other, counting, and what others published, as tables."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from maestro_lstm.evaluation.significance import Interval, Labels, interval
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.plumbing.tables import markdown, read_csv

EVALUATE = ("split", "way", "nats_note", "nats_event")
TRAINED = ("seed", "steps", "loss")
COST = ("seed", "seconds")
PIECES = ("piece", "events", "nats")
FIELDS = ("split", "field", "nats", "accuracy")
BASELINES = ("predictor", "split", "nats_note", "nats_event", "delta", "pitch", "force", "duration")


def read_evaluated(path: Path) -> dict[tuple[str, str], dict[str, float]]:
    """Nats a note and an event, by split and way."""
    table = read_csv(path, EVALUATE, words=("split", "way"))
    found = {
        (str(row["split"]), str(row["way"])): {key: float(row[key]) for key in EVALUATE[2:]}
        for row in table.to_dict("records")
    }
    if not {("test", "carried"), ("test", "cold"), ("validation", "carried")} <= set(found):
        raise damaged(path, "it has no test or validation split")
    return found


def read_nats_by_piece(path: Path) -> pd.DataFrame:
    return read_csv(path, PIECES)


def read_steps(path: Path) -> float:
    """What the first seed was trained on."""
    return float(read_csv(path, TRAINED)["steps"].iloc[0])


def read_seconds(path: Path) -> float:
    """The processor time that the first seed's training took."""
    return float(read_csv(path, COST)["seconds"].iloc[0])


def event_interval(table: pd.DataFrame, works: Labels) -> Interval:
    """Nats an event, with its 95 % interval over works."""
    events = table["events"].to_numpy(float)
    return interval(table["nats"].to_numpy(float) / events, events, works)


def event_difference(one: pd.DataFrame, other: pd.DataFrame, works: Labels) -> Interval:
    """How many nats an event one network costs less than another on the same pieces."""
    events = one["events"].to_numpy(float)
    return interval((other["nats"].to_numpy(float) - one["nats"].to_numpy(float)) / events, events, works)


def results_as_text(
    networks: Mapping[str, Mapping[tuple[str, str], Mapping[str, float]]],
    intervals: Mapping[str, Interval],
    steps: Mapping[str, float],
    baselines: pd.DataFrame,
    published: Sequence[Mapping[str, Any]],
) -> str:
    """Every predictor on the test split, in Markdown; the published ones with their conditions, each beside what the
    first network has in the way that is nearest to theirs."""
    head = ("", "nats an event", "95 % over works", "cold windows", "nats a note", "validation", "steps")
    rows: list[tuple[str, ...]] = []
    for row in baselines[baselines["split"] == "test"].to_dict("records"):
        other = baselines[(baselines["split"] == "validation") & (baselines["predictor"] == row["predictor"])].iloc[0]
        figures = f"{row['nats_event']:.3f}", "", "", f"{row['nats_note']:.2f}", f"{other['nats_event']:.3f}"
        rows.append((f"counting: {row['predictor']}", *figures, ""))
    for name, found in networks.items():
        test, cold, own = found["test", "carried"], found["test", "cold"], intervals[name]
        rows.append(
            (
                name,
                f"{test['nats_event']:.3f}",
                f"{own.low:.3f} … {own.high:.3f}",
                f"{cold['nats_event']:.3f}",
                f"{test['nats_note']:.2f}",
                f"{found['validation', 'carried']['nats_event']:.3f}",
                f"{steps[name] / 1e6:.1f} M",
            )
        )
    ours = markdown(head, rows)
    (first, figures_of_first), *_ = networks.items()
    beside = []
    for one in published:
        split, way = one["beside"]
        nearest = f"{figures_of_first[split, way]['nats_event']:.3f}, {split}, {way}"
        beside.append((one["model"], one["data"], f"{one['nats_event']:.2f}", nearest))
    theirs = markdown(("published", "on", "nats an event", f"{first}, the nearest way"), beside, text_columns=2)
    return f"{ours}\n\n{theirs}"


def cost_as_text(seconds: Mapping[str, float], steps: Mapping[str, float]) -> str:
    """What the trainings took, in Markdown."""
    rows = [
        (name, f"{steps[name] / 1e6:.1f} M", f"{spent:,.0f} s", f"{1e6 * spent / steps[name]:.0f} µs")
        for name, spent in seconds.items()
    ]
    return markdown(("", "steps", "processor time", "a step"), rows)


def fields_as_text(fields: Mapping[str, pd.DataFrame], baselines: pd.DataFrame) -> str:
    """Nats of each field on the test split, beside counting, and how often the likeliest value is right."""
    names = BASELINES[4:]
    counted = baselines[baselines["split"] == "test"].to_dict("records")
    rows = [(f"counting: {row['predictor']}", *(f"{row[name]:.3f}" for name in names)) for row in counted]
    for network, table in fields.items():
        test = {str(row["field"]): row for row in table[table["split"] == "test"].to_dict("records")}
        rows.append((network, *(f"{float(test[name]['nats']):.3f}" for name in names)))
        rows.append((f"{network}, right", *(f"{float(test[name]['accuracy']):.1f} %" for name in names)))
    return markdown(("nats of each field", *names), rows)


def composers_as_text(groups: pd.DataFrame) -> str:
    """Nats an event by composer, those with most notes first."""
    own = groups[groups["by"] == "composer"].sort_values("notes", ascending=False)
    rows = []
    for row in own.to_dict("records"):
        total = sum(row[name] for name in BASELINES[4:])
        rows.append((str(row["group"]), f"{row['notes']:,}", f"{total / row['events']:.3f}"))
    return markdown(("composer", "notes", "nats an event"), rows)


def positions_as_text(groups: pd.DataFrame) -> str:
    """Nats a note by how many notes came before."""
    own = groups[groups["by"] == "position"]
    rows = [
        (str(row["group"]), f"{row['notes']:,}", f"{sum(row[name] for name in BASELINES[4:]) / row['notes']:.2f}")
        for row in own.to_dict("records")
    ]
    return markdown(("notes before", "notes", "nats a note"), rows)
