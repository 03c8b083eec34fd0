"""A candidate of a sweep → figures: one training a seed, all seeds side by side (paper §4.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, cpu_count, delayed

from maestro_lstm.compute import use_one_core
from maestro_lstm.evaluation import evaluate
from maestro_lstm.network import Network
from maestro_lstm.progress import progress
from maestro_lstm.symbols import Ids
from maestro_lstm.training import Point, Settings, Training
from maestro_lstm.windows import spaced_windows


@dataclass(frozen=True)
class Trial:
    """One training of one candidate."""

    figures: dict[str, Any]  # seed, accuracy (percent), nats, distinct, next_share (percent), loss (last smoothed)
    curve: list[Point]


def run_trial(name: str, train_ids: Ids, validation_ids: Ids, n_symbols: int, settings: Settings, every: int) -> Trial:
    """Train one candidate with one seed and score its last weights on spaced windows of the validation split.

    The experiments use the network as training left it (§4.3); only the final training looks for the lowest loss.
    """
    use_one_core()
    training = Training(train_ids, n_symbols, settings)
    for _ in progress(training, f"{name}, seed {settings.seed}", training.n_points, "point"):
        pass
    network = Network(n_symbols, settings.hidden)
    network.load_weights(training.learner.weights())
    scores = evaluate(network, *spaced_windows(validation_ids, settings.seq_len, every), settings.device).rounded()
    figures = {key: scores[key] for key in ("accuracy", "nats", "distinct", "next_share")}
    figures = {"seed": settings.seed, **figures, "loss": round(training.curve[-1].smoothed, 4)}
    return Trial(figures, training.curve)


def run_candidate(
    name: str, train_ids: Ids, validation_ids: Ids, n_symbols: int, settings: Settings, every: int, seeds: int
) -> list[Trial]:
    """The trials of one candidate, with seeds settings.seed, + 1, …, side by side on all cores."""
    trials = [replace(settings, seed=settings.seed + k) for k in range(seeds)]
    workers = Parallel(n_jobs=min(seeds, cpu_count()))
    return list(
        workers(delayed(run_trial)(name, train_ids, validation_ids, n_symbols, trial, every) for trial in trials)
    )


def summarise(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Mean of each figure over the seeds; of accuracy also the spread (sample standard deviation, 0 for one seed)."""
    accuracy = np.array([run["accuracy"] for run in runs])
    spread = float(accuracy.std(ddof=1)) if len(runs) > 1 else 0.0
    means = {key: float(np.mean([run[key] for run in runs])) for key in ("accuracy", "nats", "distinct", "next_share")}
    least, most = float(accuracy.min()), float(accuracy.max())
    figures = {**means, "accuracy_std": spread, "accuracy_min": least, "accuracy_max": most, "seeds": len(runs)}
    return {key: round(value, 4) for key, value in figures.items()}
