"""What the paper wished for: each sweep as a table, and as points for plots."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.study.scoring.metrics import Summary

Candidate = tuple[Any, ...]
HEADS = {
    "weights": "weights",
    "updates": "updates",
    "symbols_seen": "symbols seen",
    "accuracy": "accuracy",
    "accuracy_pitches": "on pitches",
    "nats": "nats",
    "nats_a_note": "nats a note",  # where rules are compared
}


def spread(summary: Summary, key: str) -> tuple[float, float | None]:
    """Mean and standard deviation (of the sample; None for one seed) over the seeds."""
    values = [run[key] for run in summary["runs"]]
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None


def as_text(factors: Sequence[str], candidates: Mapping[Candidate, Summary]) -> str:
    """One sweep in Markdown, one row per candidate.

    Args:
        factors: what each value of a candidate is called.
    """
    keys = [key for key in HEADS if key in next(iter(candidates.values()))["runs"][0]]
    rows = [[*map(str, candidate), *(_cell(summary, key) for key in keys)] for candidate, summary in candidates.items()]
    return markdown([*factors, *(HEADS[key] for key in keys)], rows, text_columns=len(factors))


def _cell(summary: Summary, key: str) -> str:
    mean, std = spread(summary, key)
    if key in ("weights", "updates", "symbols_seen"):
        return f"{mean:,.0f}"
    digits, unit = (3, "") if "nats" in key else (2, " %")
    cell = f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f} ± {std:.{digits}f}"
    return cell + unit


def points(candidates: Mapping[Candidate, Summary]) -> list[dict[str, Any]]:
    """One point per run: along the last value of a candidate, in a group for the values before it."""
    return [
        {
            "setting": candidate[-1],
            "group": " ".join(map(str, candidate[:-1])),
            "seed": run["seed"],
            **{key: run[key] for key in ("accuracy", "nats", "nats_a_note") if key in run},
        }
        for candidate, summary in candidates.items()
        for run in summary["runs"]
    ]
