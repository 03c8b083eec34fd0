"""What metrics files hold, each written and read here. A file that was cut short or altered is named and not used.

Runs are csv tables, one row per run: the columns of its candidate, `seed`, then figures. Figures over seeds are
computed from them when needed, never stored beside them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from maestro_lstm.plumbing.choices import OptimizerName, ScheduleName
from maestro_lstm.plumbing.files import damaged, read_json
from maestro_lstm.plumbing.tables import read_csv

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")
Summary = dict[str, Any]  # of several runs: what `over_seeds` returns

# columns after `seed`; accuracies and shares in percent, nats and bits per symbol
SWEEP = ("accuracy", "nats", "distinct", "next_share", "loss")
EXPLAIN = (*SWEEP, "collapsed")
EXTENSION = (
    *("symbols", "accuracy", "accuracy_pitches", "nats", "distinct", "next_share"),
    *("weights", "updates", "symbols_seen"),
)
EXTENSION_NOTES = ("symbols", "nats", "weights", "updates", "symbols_seen")  # of performances: nats an event
EXTENSION_RULE = (*EXTENSION, "nats_a_note", "nats_with_order")
PIECES = ("piece", "symbols", "accuracy", "nats")
PIECES_NOTES = ("piece", "symbols", "nats")
PIECES_RULE = (*PIECES, "nats_more")
COST = ("seed", "symbols", "seconds", "nats")
ONE_PASS = ("symbols", "accuracy", "accuracy_pitches", "nats", "bits", "distinct", "next_share")
EVALUATE = ("accuracy_windows", *ONE_PASS)
PARSE = ("split", "files", "skipped", "chords", "symbols", "next_share")
RULES = ("rule", "split", "symbols", "chords", "pitches", "notes")

PERCENT = ("accuracy", "accuracy_pitches", "accuracy_windows", "next_share")
COUNTS = ("seed", "distinct", "symbols", "weights", "updates", "symbols_seen", "collapsed")
AT_LEAST_ONE = ("distinct", "symbols")


def over_seeds(runs: Sequence[Mapping[str, Any]], spread_of: str = "accuracy") -> Summary:
    """The mean of each figure over the seeds; of one, also its standard deviation (of the sample; 0 for one seed),
    minimum and maximum. The runs themselves are under `runs`."""
    figures = {key: float(np.mean([run[key] for run in runs])) for key in runs[0] if key != "seed"}
    values = np.array([run[spread_of] for run in runs])
    figures[f"{spread_of}_std"] = float(values.std(ddof=1)) if len(runs) > 1 else 0.0
    figures[f"{spread_of}_min"], figures[f"{spread_of}_max"] = float(values.min()), float(values.max())
    return {**{key: round(value, 4) for key, value in figures.items()}, "seeds": len(runs), "runs": list(runs)}


def metrics_row(
    accuracy: float, std: float, nats: float, distinct: float, always_next: float, seeds: int
) -> dict[str, float]:
    """A row of `dvc metrics show`: accuracies in percent, nats per symbol; one seed has no `std`."""
    figures = {"accuracy": accuracy} | ({"std": std} if seeds > 1 else {})
    figures |= {"nats": nats, "distinct": distinct, "always_next": always_next}
    return {**{key: round(value, 4) for key, value in figures.items()}, "seeds": seeds}


def read_runs(path: Path, factors: Sequence[str], figures: Sequence[str]) -> dict[tuple[str, ...], Summary]:
    """The runs of each candidate, summarised over seeds, in the order of the file.

    Args:
        factors: the columns that name a candidate; their values are the keys, as text.
        figures: the columns after `seed`.

    Raises: UserError, naming the file, where it is missing or holds anything else.
    """
    table = read_csv(path, (*factors, "seed", *figures), words=factors)
    _check_ranges(table, path)
    if table.duplicated([*factors, "seed"]).any():
        raise damaged(path, "a seed of a candidate appears twice")
    by_candidate: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        run = {key: row[key] for key in ("seed", *figures)}
        by_candidate.setdefault(tuple(str(row[factor]) for factor in factors), []).append(run)
    spread_of = "accuracy" if "accuracy" in figures else "nats"
    return {candidate: over_seeds(runs, spread_of) for candidate, runs in by_candidate.items()}


def of_candidates(
    found: Mapping[tuple[str, ...], T], wanted: Sequence[tuple[Any, ...]], path: Path, may_lack: bool = False
) -> dict[tuple[Any, ...], T]:
    """What was found for the wanted candidates, in their order. Raises UserError for one that is missing and may not
    be, or if all are."""
    keys = {candidate: tuple(map(str, candidate)) for candidate in wanted}
    there = [candidate for candidate, key in keys.items() if key in found]
    for candidate in wanted:
        if candidate not in there and not (may_lack and there):
            raise damaged(path, f"it has no {', '.join(map(str, candidate))}")
    return {candidate: found[keys[candidate]] for candidate in there}


def read_search(path: Path) -> dict[tuple[Any, ...], float]:
    """The nats of each network tried, by layers, hidden units and rate, as numbers; the mean over its seeds."""
    found = read_runs(path, ("layers", "hidden", "rate"), EXTENSION)
    return {(int(layers), int(hidden), float(rate)): one["nats"] for (layers, hidden, rate), one in found.items()}


def read_pieces(
    path: Path, factors: Sequence[str], figures: Sequence[str] = PIECES
) -> "dict[tuple[str, ...], pd.DataFrame]":
    """The figures of each candidate piece by piece. Raises UserError, naming the file."""
    table = read_csv(path, (*factors, *figures), words=factors)
    _check_ranges(table.drop(columns="symbols"), path)  # a mean over seeds need not be whole
    return {tuple(map(str, key)): rows.set_index("piece") for key, rows in table.groupby(list(factors), sort=False)}


def read_split(path: Path, split: str) -> Summary:
    """A network's figures on one split, over seeds, from `metrics/evaluate`."""
    found = read_runs(path, ("split",), EVALUATE)
    if (split,) not in found:
        raise damaged(path, f"it has no {split} split")
    return found[split,]


def read_baselines(path: Path, split: str) -> dict[tuple[str, ...], dict[str, float]]:
    """The figures of each n-gram on one split, by its name."""
    table = read_csv(path, ("predictor", "split", *ONE_PASS), words=("predictor", "split"))
    _check_ranges(table, path)
    rows = table[table["split"] == split].to_dict("records")
    return {(str(row["predictor"]),): {key: row[key] for key in ONE_PASS} for row in rows}


def read_notes(path: Path, rule: str) -> int:
    """How many notes were played in the validation split, from the table of chord rules."""
    table = read_csv(path, RULES, words=("rule", "split"))
    rows = table[(table["rule"] == rule) & (table["split"] == "validation")]
    if len(rows) != 1 or not 1 <= int(rows["notes"].iloc[0]) <= int(rows["pitches"].iloc[0]):
        raise damaged(path, f"it has no notes of {rule}")
    return int(rows["notes"].iloc[0])


class _Selected(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class _Optimizer(_Selected):
    optimizer: OptimizerName


class _LearningRate(_Selected):
    learning_rate: ScheduleName


class _SeqLen(_Selected):
    seq_len: int


SELECTED: dict[str, type[BaseModel]] = {"optimizer": _Optimizer, "learning_rate": _LearningRate, "seq_len": _SeqLen}


def read_selected(path: Path, sweep: str) -> Any:
    """The winner of a sweep. Raises UserError, naming the file."""
    try:
        winner = getattr(SELECTED[sweep].model_validate(read_json(path)), sweep)
        if isinstance(winner, int) and winner < 1:
            raise ValueError(f"{sweep}: {winner}")
    except (ValidationError, ValueError) as error:
        raise damaged(path, error) from None
    return winner


def _check_ranges(table: "pd.DataFrame", path: Path) -> None:
    from pandas.api.types import is_integer_dtype

    for column in table.columns:
        values = table[column]
        if column in PERCENT and not values.between(0, 100).all():
            raise damaged(path, f"{column} is not between 0 and 100 percent")
        if column in ("nats", "bits", "nats_a_note", "nats_with_order", "nats_more") and (values < 0).any():
            raise damaged(path, f"{column} is negative")
        if column in COUNTS:
            least = 1 if column in AT_LEAST_ONE else 0
            if not is_integer_dtype(values) or (values < least).any():
                raise damaged(path, f"{column} is not a whole number from {least} up")
