"""What share of the machine's matrix products the two large trainings reach, beside torch's plain loop.

The peak is one large product of the same run. The operations counted are those of the products alone: forward, twice
that backward, and Muon's iterations. `python -m benchmarks.peak`, two minutes, on a machine with nothing else to do.
"""

import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import torch

from benchmarks import machine
from benchmarks.measure import Figure, Way, compare, table
from benchmarks.trainings import first_updates
from maestro_lstm.model.device import use_cores
from maestro_lstm.plumbing.choices import VOCABULARY_OF, Precision
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.study.plans import load_plan
from maestro_lstm.training.autograd import AutogradEngine
from maestro_lstm.training.loop import Training
from maestro_lstm.training.muon import ITERATIONS, Muon
from maestro_lstm.training.settings import Settings, placed
from maestro_lstm.training.tasks import Task
from stages import paths
from stages.train import TASKS

RESULTS = Path("benchmarks/peak.json")
SIDE = 2048  # of the product that gives the peak
UPDATES = 4  # a call
CORES = 2  # that share a product, here and in an update
PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")
PLAIN = "torch's plain loop"
UNITS = {"best": "symbols a second", "performer": "notes a second"}


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


def operations(run: AutogradEngine) -> float:
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


def training_of(task: Task, settings: Settings) -> tuple[AutogradEngine, Callable[[], object]]:
    """A run, and what takes its first updates."""
    training = Training(task, settings)
    assert isinstance(training.engine, AutogradEngine)
    return training.engine, first_updates(training, UPDATES)


def plain_loop(task: Task, settings: Settings) -> Callable[[], None]:
    """The same network in float32 as torch's documentation trains one: one-hot inputs, Adam, nothing carried."""
    training = Training(task, settings)
    engine = training.engine
    assert isinstance(engine, AutogradEngine)
    optimizer = torch.optim.Adam(engine.network.parameters())

    def updates() -> None:
        for start in torch.from_numpy(training.starts[:UPDATES]):
            loss, _ = engine.objective.loss(start, settings.seq_len, None)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()

    return updates


def training(name: str) -> list[Figure]:
    """Steps a second, and the share of the peak in float32."""
    planned = replace(load_plan(paths.plan(name)).runs[0], epochs=1, threads=CORES)
    task = TASKS[VOCABULARY_OF[planned.kind]]()
    use_cores(CORES)
    most = peak("float32")
    amount = UPDATES * planned.batch * planned.seq_len
    adam = placed(replace(planned, precision="float32", optimizer="adam", weight_decay=0.0), "torch", "cpu")
    ways, work = {PLAIN: Way(plain_loop(task, adam), amount)}, {}
    for precision in PRECISIONS:
        run, updates = training_of(task, placed(replace(planned, precision=precision), "torch", "cpu"))
        ways[precision], work[precision] = Way(updates, amount), operations(run) / planned.batch / planned.seq_len
    figures = []
    for one in compare(f"training {name}", ways, PLAIN, UNITS[name], 1e6, rounds=3):
        figures.append(replace(one, value=round(1e6 / one.value)))  # from µs a step
        if one.way in work:
            share = 100 * work[one.way] / (one.value / 1e6) / most
            figures.append(Figure(f"training {name}", one.way, round(share, 1), "% of the peak in float32"))
    return figures


def peaks() -> list[Figure]:
    """What one large product reaches."""
    use_cores(CORES)
    return [Figure("one product of 2048 × 2048", one, round(peak(one) / 1e9), "GFLOP/s") for one in PRECISIONS]


def shares() -> list[Figure]:
    """All of it."""
    return [*peaks(), *(figure for name in UNITS for figure in training(name))]


def main() -> None:
    figures = [asdict(figure) for figure in shares()]
    write_json(RESULTS, {"machine": machine.describe(), "figures": figures})
    print(table(figures))
    print(f"\n{CORES} cores of {machine.processor()}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
