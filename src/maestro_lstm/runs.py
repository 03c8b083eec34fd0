"""Trained runs, each kept under a hash of all that determines it: what was trained once is not trained again."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from maestro_lstm.engines.network import Weights
from maestro_lstm.settings import Settings
from maestro_lstm.sources import digest
from maestro_lstm.symbols import Ids
from maestro_lstm.tensors import load_tensors, save_tensors
from maestro_lstm.training import Best, Point, Training

LIBRARIES = ("llvmlite", "numba", "numpy", "scipy", "torch")  # what the arithmetic is done with


@dataclass(frozen=True)
class Run:
    """What a training leaves."""

    settings: Settings
    curve: Sequence[Point]
    last: Weights  # as the last update left them; the experiments use these (§4.3)
    best: Best  # where the smoothed loss was lowest; the final network (§4.4)

    @property
    def loss(self) -> float:
        """Smoothed loss after the last update, nats a symbol."""
        return self.curve[-1].smoothed


@dataclass(frozen=True)
class Failed:
    """A run that was given up, and why."""

    settings: Settings
    problem: str


def curve_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The loss curves of several seeds as rows of one table."""
    return [{"seed": run.settings.seed, **asdict(point)} for run in runs for point in run.curve]


def results(training: Training) -> list[Run | Failed]:
    """What a training that has come to its end leaves of each of its runs."""
    done: list[Run | Failed] = []
    for k, (settings, kept) in enumerate(zip(training.runs, training.progress, strict=True)):
        if kept.problem or kept.best is None:
            done.append(Failed(settings, kept.problem))
        else:
            done.append(Run(settings, kept.curve, training.learner.weights(k), kept.best))
    return done


class RunStore:
    """A folder of trained runs on the same data.

    Args:
        folder: where they are kept; it may be deleted at any time.
        ids: (S,) the training split.
        n_symbols: V.
    """

    def __init__(self, folder: Path, ids: Ids, n_symbols: int) -> None:
        self.folder = folder
        self.shared = {
            "code": digest("runs"),
            "data": hashlib.sha256(ids.tobytes()).hexdigest(),
            "libraries": {name: version(name) for name in LIBRARIES},
            "n_symbols": n_symbols,
        }

    def path(self, settings: Settings) -> Path:
        """Where a run with these settings is kept."""
        key = hashlib.sha256(json.dumps(self._determines(settings), sort_keys=True).encode()).hexdigest()
        return self.folder / f"{key[:32]}.safetensors"

    def save(self, run: Run) -> None:
        tensors = {f"last.{name}": value for name, value in run.last.items()}
        tensors |= {f"best.{name}": value for name, value in run.best.weights.items()}
        about = {
            "of": self._determines(run.settings),
            "curve": [[p.update, p.loss, p.smoothed, p.learning_rate] for p in run.curve],
            "best": [run.best.update, run.best.smoothed],
        }
        save_tensors(self.path(run.settings), tensors, about)

    def load(self, settings: Settings) -> Run | None:
        """The run with these settings; None where it is not kept, or its file is damaged or another's."""
        try:
            tensors, about = load_tensors(self.path(settings))
        except (FileNotFoundError, ValueError):
            return None
        if about["of"] != json.loads(json.dumps(self._determines(settings))):
            return None
        parts: dict[str, Weights] = {"last": {}, "best": {}}
        for name, value in tensors.items():
            part, _, weight = name.partition(".")
            parts[part][weight] = value
        update, smoothed = about["best"]
        curve = [Point(*point) for point in about["curve"]]
        return Run(settings, curve, parts["last"], Best(parts["best"], update, smoothed))

    def _determines(self, settings: Settings) -> dict[str, Any]:
        return {**self.shared, "settings": asdict(settings)}
