"""The figures of trained networks on a held-out split, several at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from joblib import cpu_count

from maestro_lstm.evaluation.breakdown import Groups, tally
from maestro_lstm.evaluation.likelihood import evaluate, guesses, spaced_windows, summarise
from maestro_lstm.evaluation.match_model import LONGEST, SHORTEST, predict, shares_of, with_matches
from maestro_lstm.model.checkpoint import load_checkpoint
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.predictors import predictor
from maestro_lstm.plumbing.choices import EngineName
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.tokens.encoded import load_ids

Engine = tuple[EngineName, str]  # and its device
R = TypeVar("R")


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
    return _side_by_side(report, [(model, split, every, engine, groups) for model in models], engine)


def match(
    model: Path, learned: Path, split: Path, engine: Engine, groups: Sequence[Groups]
) -> tuple[Report, dict[int, float]]:
    """One network with a memory of the piece, over a whole split; how far to believe it is learned on another.

    Returns: the report, and the share that what is recalled has, by the length of the passage.

    Raises: UserError, naming the file, where one is missing or damaged.
    """
    use_cores(1)
    network, ids = predictor(load_checkpoint(model).weights, *engine), load_ids(split)
    shares = shares_of(predict(network, load_ids(learned)))
    said = with_matches(predict(network, ids), shares)
    one = Report(summarise(said, ids[1:]).rounded(), tally(said, ids[1:], groups))
    return one, {length: float(shares[length]) for length in range(SHORTEST, LONGEST + 1)}


def match_all(
    models: Sequence[Path], learned: Path, split: Path, engine: Engine, groups: Sequence[Groups]
) -> list[tuple[Report, dict[int, float]]]:
    """The same for each network, in order."""
    return _side_by_side(match, [(model, learned, split, engine, groups) for model in models], engine)


def _side_by_side(work: Callable[..., R], jobs: Sequence[tuple[Any, ...]], engine: Engine) -> list[R]:
    # the files are on this machine; a GPU takes one at a time
    n_jobs = 1 if engine[1] == "cuda" else min(len(jobs), cpu_count())
    # threads: compiled code and BLAS release the GIL, and processes would take seconds to import torch
    return list(parallel_map(work, jobs, ordered=True, n_jobs=n_jobs, stay_here=True, threads=True))
