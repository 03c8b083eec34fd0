"""Trained runs, each kept under a hash of everything that determines it: no run is trained twice."""

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

import torch

from maestro_lstm.model.network import Weights, copy_of
from maestro_lstm.plumbing.arrays import load_arrays, save_arrays
from maestro_lstm.plumbing.sources import digest
from maestro_lstm.plumbing.versions import arithmetic, gpu_name, libraries
from maestro_lstm.training.loop import Best, Point, Training
from maestro_lstm.training.probes import Probe
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import Task

CODE = "training.run_cache"  # this module, whose digest is part of every run's name


@dataclass(frozen=True)
class Run:
    """The result of a training."""

    settings: Settings
    curve: Sequence[Point]
    last: Weights  # after the last update; the experiments use these (§4.3)
    best: Best  # at the lowest smoothed loss: the final network (§4.4)
    probes: Sequence[Probe] = ()
    seconds: Sequence[float] = ()  # of processor time, up to each point of the curve

    @property
    def loss(self) -> float:
        """Smoothed loss after the last update, nats a symbol."""
        return self.curve[-1].smoothed

    @property
    def steps(self) -> list[int]:
        """Symbols, notes or events, padding among them, up to each point of the curve of a training at one T."""
        return [point.update * self.settings.batch * self.settings.seq_len for point in self.curve]


@dataclass(frozen=True)
class Failed:
    """A run that was abandoned, and why."""

    settings: Settings
    problem: str


def curve_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The loss curves of several runs, as rows of one table."""
    return [{"seed": run.settings.seed, **asdict(point)} for run in runs for point in run.curve]


def probe_rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The probes of several runs, as rows of one table."""
    return [{"seed": run.settings.seed, **probe.rounded()} for run in runs for probe in run.probes]


def result(training: Training) -> Run | Failed:
    """The result of a finished training."""
    kept = training.progress
    if kept.problem or kept.best is None:
        return Failed(training.run, kept.problem)
    last = copy_of(training.engine.weights())
    return Run(training.run, kept.curve, last, kept.best, kept.probes, kept.seconds)


class RunCache:
    """A folder of trained runs on the same data.

    Args:
        folder: may be deleted at any time.
        task: what they learn.
    """

    def __init__(self, folder: Path, task: Task) -> None:
        self.folder = folder
        self.shared = {
            "code": digest(CODE),
            "libraries": libraries(),
            "arithmetic": arithmetic(),
            **task.about(),
        }

    def path(self, settings: Settings) -> Path:
        """Where a run with these settings is kept."""
        return self.folder / named_after(self._determines(settings))

    def under_way(self, settings: Settings) -> Path:
        """Where the snapshot of its training is kept."""
        return self.folder / "under_way" / named_after(self._determines(settings))

    def save(self, run: Run) -> None:
        tensors = {f"last.{name}": value for name, value in run.last.items()}
        tensors |= {f"best.{name}": value for name, value in run.best.weights.items()}
        about = {
            "of": self._determines(run.settings),
            "curve": [[p.update, p.loss, p.smoothed, p.learning_rate] for p in run.curve],
            "probes": [astuple(probe) for probe in run.probes],
            "seconds": run.seconds,
            "best": [run.best.update, run.best.smoothed],
        }
        save_arrays(self.path(run.settings), tensors, about)

    def load(self, settings: Settings) -> Run | None:
        """The run with these settings; None if it is not kept. A damaged or foreign file is reported and ignored."""
        path = self.path(settings)
        try:
            arrays, about = load_arrays(path)
            if about["of"] != json.loads(json.dumps(self._determines(settings))):
                raise ValueError("it holds another run")
            parts: dict[str, Weights] = {"last": {}, "best": {}}
            for name, value in arrays.items():
                part, _, weight = name.partition(".")
                parts[part][weight] = torch.from_numpy(value)
            update, smoothed = about["best"]
            curve = [Point(*point) for point in about["curve"]]
            probes = [Probe(*probe) for probe in about["probes"]]
            seconds = list(about["seconds"])
        except FileNotFoundError:
            return None
        except (KeyError, OSError, TypeError, ValueError) as error:
            print(f"{path} is not used: it is damaged ({error}); this run is trained again", file=sys.stderr)
            return None
        return Run(settings, curve, parts["last"], Best(parts["best"], update, smoothed), probes, seconds)

    def _determines(self, settings: Settings) -> dict[str, Any]:
        gpu = {"gpu": gpu_name()} if settings.device == "cuda" else {}
        return {**self.shared, **gpu, "settings": settings.as_dict()}


def named_after(what: Any) -> str:
    """The file of a run that all this determines."""
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:32] + ".safetensors"
