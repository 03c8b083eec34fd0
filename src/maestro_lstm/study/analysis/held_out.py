"""The figures of trained networks on a held-out split, several at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import cpu_count

from maestro_lstm.choices import EngineName
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.networks.predictors import predictor
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.study.analysis.breakdown import Groups, tally
from maestro_lstm.study.scoring.evaluation import evaluate, guesses, spaced_windows
from maestro_lstm.study.scoring.scores import summarise
from maestro_lstm.weights.checkpoint import load_checkpoint

Engine = tuple[EngineName, str]  # and its device


@dataclass(frozen=True)
class Report:
    """One network on one split."""

    figures: dict[str, Any]
    tally: pd.DataFrame | None  # `breakdown.tally`, if it was asked for


def report(model: Path, split: Path, every: int, engine: Engine, groups: Sequence[Groups] | None) -> Report:
    """One network over a whole split; `accuracy_windows` is over one window of T symbols in every `every` (§5.1.4).

    Args:
        groups: of the split's symbols except the first, to break the figures down by.

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
    """A report on each network, in order."""
    jobs = [(model, split, every, engine, groups) for model in models]
    # the files are on this machine; a GPU takes one at a time
    n_jobs = 1 if engine[1] == "cuda" else min(len(jobs), cpu_count())
    # threads: compiled code and BLAS release the GIL, and processes would take seconds to import torch
    return list(parallel_map(report, jobs, ordered=True, n_jobs=n_jobs, stay_here=True, threads=True))
