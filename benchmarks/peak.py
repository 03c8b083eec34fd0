"""What share of the machine's matrix products a training reaches, and where the rest of its time goes.

The peak is one large product in the same run, in float32 and in bfloat16. `python -m benchmarks.peak`, two minutes, on
a machine with nothing else to do.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import torch

from benchmarks import machine
from maestro_lstm.choices import Precision
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.model.performer.lessons import Playing
from maestro_lstm.model.training.autograd import AutogradRun
from maestro_lstm.model.training.learners import OneByOne
from maestro_lstm.model.training.loop import Training
from maestro_lstm.model.training.muon import ITERATIONS, Muon
from maestro_lstm.model.training.settings import Settings, placed
from maestro_lstm.model.training.tasks import Symbols, Task
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.study.experiments.plans import load_plan
from stages import paths

SIDE = 2048  # of the product that gives the peak
UPDATES = 4
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")


def seconds(work: Callable[[], object], times: int) -> float:
    """Of one call, after one that is not counted."""
    work()
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def peak(precision: Precision) -> float:
    """Operations a second of one large product; an addition and a multiplication are two."""
    one, other = (torch.randn(SIDE, SIDE).to(getattr(torch, precision)) for _ in range(2))
    return 2 * SIDE**3 / seconds(lambda: one @ other, 20)


def operations(run: AutogradRun) -> float:
    """Of an update's products: forward and twice that backward for each weight matrix, and Muon's iterations."""
    steps = run.settings.batch * run.settings.seq_len
    weights = sum(w.numel() for name, w in run.network.named_parameters() if w.ndim == 2 and "embed" not in name)
    total = 6.0 * weights * steps
    for optimizer in run.optimizers:
        if isinstance(optimizer, Muon):
            for group in optimizer.param_groups:
                for weight in group["params"]:
                    rows, columns = weight.shape[0] // group["gates"], weight.shape[1]
                    low, high = min(rows, columns), max(rows, columns)
                    total += group["gates"] * ITERATIONS * (4 * low * low * high + 2 * low**3)
    return total


def measure(task: Task, settings: Settings) -> tuple[float, float, float]:
    """Seconds an update, of them in the optimizer; operations an update."""
    training = Training(task, [settings])
    learner = training.learner
    assert isinstance(learner, OneByOne)
    (run,) = learner.runs
    assert isinstance(run, AutogradRun)
    some = slice(0, UPDATES)
    starts, rates, lengths = training.starts[:, some], training.rates[:, some], training.lengths[some]
    whole = seconds(partial(learner.take_updates, starts, rates, lengths), 2) / UPDATES
    steps = seconds(lambda: [optimizer.step() for optimizer in run.optimizers], UPDATES)
    return whole, steps, operations(run)


def main() -> None:
    use_cores(2)
    peaks = {precision: peak(precision) for precision in PRECISIONS}
    rows = []
    ids = load_ids(paths.encoded("train"))
    tasks: dict[str, Task] = {
        "best": Symbols(ids, len(SYMBOLS)),
        "performer": Playing(paths.PERFORMANCES / "train"),
    }
    for name, task in tasks.items():
        planned = load_plan(paths.plan(name)).runs[0]
        for precision in PRECISIONS:
            settings = placed(replace(planned, precision=precision, epochs=1), "torch", "cpu")
            whole, optimizer, work = measure(task, settings)
            rate, steps = work / whole, settings.batch * settings.seq_len
            rows.append(
                (
                    name,
                    precision,
                    f"{1e6 * whole / steps:.1f} µs",
                    f"{rate / 1e9:.0f} GFLOP/s",
                    f"{100 * rate / peaks['float32']:.0f} %",
                    f"{100 * rate / peaks['bfloat16']:.0f} %",
                    f"{100 * optimizer / whole:.0f} %",
                )
            )
    head = ("network", "precision", "a step", "products", "of float32's peak", "of bfloat16's", "in the optimizer")
    print(markdown(head, rows, text_columns=2))
    found = ", ".join(f"{precision} {value / 1e9:,.0f} GFLOP/s" for precision, value in peaks.items())
    print(f"\npeak: {found}; two cores of {machine.processor()}")


if __name__ == "__main__":
    report_in_one_line(main)
