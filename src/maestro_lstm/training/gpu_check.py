"""Whether a GPU trains as the CPU does: twenty updates of both are compared before the first training on it."""

import sys
from dataclasses import replace

import numpy as np

from maestro_lstm.model.device import pick_engine
from maestro_lstm.plumbing.choices import EngineName, Precision
from maestro_lstm.training.loop import Doubles, Training
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import Task

UPDATES = 20
# by which share a loss may differ from torch's on the CPU in float32; the CPU's own: 1e-7, in bfloat16 1e-4
TOLERANCE: dict[Precision, float] = {"float64": 1e-4, "float32": 1e-4, "tf32": 1e-3, "bfloat16": 3e-3}


def proven(task: Task, run: Settings, engine: EngineName, device: str) -> tuple[EngineName, str]:
    """The engine and device for runs like this one: as wanted, or torch on the same device, or the CPU.

    Each that fails or differs is named in a line.
    """
    expected = trial_losses(task, placed(replace(run, precision="float32"), "torch", "cpu"))
    for one in dict.fromkeys((engine, "torch")):
        problem = disagreement(task, placed(run, one, device), expected)
        if not problem:
            return one, device
        print(f"engine {one} is not used on {device}: {problem}", file=sys.stderr)
    return pick_engine("auto", "cpu")


def disagreement(task: Task, run: Settings, expected: Doubles) -> str:
    """How a run's first losses fail or differ from those expected; empty if they do not."""
    try:
        losses = trial_losses(task, run)
    except (AssertionError, RuntimeError) as error:  # torch's own, out of memory among them
        return str(error).partition("\n")[0] or type(error).__name__
    apart = np.abs(losses / expected - 1)
    if apart.max() <= TOLERANCE[run.precision]:  # not so for NaN
        return ""
    return f"after {int(np.argmax(apart))} updates its loss is {losses[np.argmax(apart)]:.5g}, torch's on the CPU " + (
        f"{expected[np.argmax(apart)]:.5g}"
    )


def trial_losses(task: Task, run: Settings) -> Doubles:
    """The losses of a run's first sequences, (20,) or as many as it has, at rates from its whole schedule."""
    training = Training(task, replace(run, log_every=max(run.log_every, UPDATES)))
    some = slice(0, UPDATES)
    rates = training.rates[np.linspace(0, training.n_updates - 1, len(training.starts[some])).astype(int)]
    return training.engine.take_updates(training.starts[some], rates, training.lengths[some])
