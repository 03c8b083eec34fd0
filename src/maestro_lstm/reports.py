"""Trained networks and a split → their figures, network by network, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import cpu_count

from maestro_lstm.breakdown import Groups, tally
from maestro_lstm.checkpoint import load_checkpoint
from maestro_lstm.choices import EngineName
from maestro_lstm.cluster import side_by_side
from maestro_lstm.compute import use_cores
from maestro_lstm.encoded import load_ids
from maestro_lstm.engines.predictors import predictor
from maestro_lstm.evaluation import evaluate, guesses
from maestro_lstm.scores import summarise
from maestro_lstm.windows import spaced_windows

Engine = tuple[EngineName, str]  # and its device


@dataclass(frozen=True)
class Report:
    """Of one network on one split."""

    figures: dict[str, Any]
    tally: pd.DataFrame | None  # `breakdown.tally`, where it was asked for


def report(model: Path, split: Path, every: int, engine: Engine, groups: Sequence[Groups] | None) -> Report:
    """One network over a whole split; the figure `accuracy_windows` is over one window of T symbols in every so many
    (§5.1.4).

    Args:
        groups: of the split's symbols but the first, in which it is told as well, if given.

    Raises: UserError, naming the file, where one is missing or damaged.
    """
    use_cores(1)
    checkpoint, ids = load_checkpoint(model), load_ids(split)
    network = predictor(checkpoint.weights, *engine)
    windows = evaluate(network, *spaced_windows(ids, checkpoint.settings["seq_len"], every))
    said = guesses(network, ids[:-1], ids[1:])
    figures = {"accuracy_windows": windows.rounded()["accuracy"], **summarise(said, ids[1:]).rounded()}
    return Report(figures, None if groups is None else tally(said, ids[1:], groups))


def report_all(
    models: Sequence[Path], split: Path, every: int, engine: Engine, groups: Sequence[Groups] | None = None
) -> list[Report]:
    """Of each network, in order."""
    jobs = [(model, split, every, engine, groups) for model in models]
    # the files are on this machine; a GPU takes one at a time
    n_jobs = 1 if engine[1] == "cuda" else min(len(jobs), cpu_count())
    return list(side_by_side(report, jobs, ordered=True, n_jobs=n_jobs, stay_here=True))
