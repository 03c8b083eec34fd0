"""What the paper wished for, from the figures of every candidate → a table, and points as plots show them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from maestro_lstm.params import Candidate

Figures = Mapping[str, Any]  # `seeds.over_seeds` of one candidate
HEADS = {
    "weights": "weights",
    "updates": "updates",
    "symbols_seen": "symbols seen",
    "accuracy": "accuracy",
    "accuracy_pitches": "on pitches",
    "nats": "nats",
    "nats_a_note": "nats a note",  # where rules are compared
}


def spread(figures: Figures, key: str) -> tuple[float, float | None]:
    """Mean and standard deviation (of the sample; None for one seed) over the seeds."""
    values = [run[key] for run in figures["runs"]]
    return float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else None


def as_text(factors: Sequence[str], candidates: Mapping[Candidate, Figures]) -> str:
    """One sweep in Markdown, a row a candidate.

    Args:
        factors: what each value of a candidate is called.
    """
    keys = [key for key in HEADS if key in next(iter(candidates.values()))["runs"][0]]
    lines = ["| " + " | ".join([*factors, *(HEADS[key] for key in keys)]) + " |"]
    lines.append("|" + "---|" * len(factors) + "---:|" * len(keys))
    for candidate, figures in candidates.items():
        cells = [*map(str, candidate), *(_told(figures, key) for key in keys)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _told(figures: Figures, key: str) -> str:
    mean, std = spread(figures, key)
    if key in ("weights", "updates", "symbols_seen"):
        return f"{mean:,.0f}"
    digits, unit = (3, "") if "nats" in key else (2, " %")
    told = f"{mean:.{digits}f}" if std is None else f"{mean:.{digits}f} ± {std:.{digits}f}"
    return told + unit


def points(candidates: Mapping[Candidate, Figures]) -> list[dict[str, Any]]:
    """A point a run: along the last value of a candidate, a group for what stands before it."""
    return [
        {
            "setting": candidate[-1],
            "group": " ".join(map(str, candidate[:-1])),
            "seed": run["seed"],
            **{key: run[key] for key in ("accuracy", "nats", "nats_a_note") if key in run},
        }
        for candidate, figures in candidates.items()
        for run in figures["runs"]
    ]
