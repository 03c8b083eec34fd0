"""Memory and time over the size of the corpus: MAESTRO, and MAESTRO in other keys beside it, up to 20 times as much.

`python -m benchmarks.corpora`: 15 minutes and 4 GB of disk, in build/corpora. Every step runs in processes that may
have 2 GB each of memory of their own; pages of mapped files, which the system can drop, are not among them. The table,
also as benchmarks/corpora.md, benchmarks/corpora.json with the machine, and docs/corpora.svg.
"""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import symusic

from benchmarks import machine
from benchmarks.trainings import first_updates
from maestro_lstm.corpus.index import Piece, read_index, write_index
from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.plumbing.choices import VOCABULARY_OF
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_bytes, write_json, write_text
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.study.plans import load_plan
from maestro_lstm.training.loop import Training
from maestro_lstm.training.settings import placed
from stages import paths
from stages.train import TASKS

SIZES = (1, 5, 20)  # times MAESTRO
LIMIT = 2 << 30  # bytes of a process's own memory
UPDATES = {"corrected": 1000, "best": 100, "performer": 100}  # of an epoch, from its beginning
STEPS = ("parse", "vocab", "performances", *UPDATES)
FOLDER, RESULTS, PICTURE = Path("build/corpora"), Path("benchmarks/corpora.json"), Path("docs/corpora.svg")
TABLE = RESULTS.with_suffix(".md")
EVERY = 0.1  # seconds between two looks at the memory


@dataclass(frozen=True)
class Cost:
    """Of one step on one corpus."""

    times: int  # MAESTRO
    step: str
    seconds: float
    peak: float  # MB of all processes' own memory together
    mapped: float  # MB of mapped files at that moment, of all processes


def make_corpus(folder: Path, pieces: list[Piece], times: int) -> None:
    """The pieces, and all of them again in other keys until there are `times` as many. What is there is kept."""
    all_pieces = []
    for k in range(times):
        semitones = (k + 1) // 2 * (-1) ** k  # 0, −1, 1, −2, 2 …
        for piece in progress(pieces, f"copy {k}", len(pieces), "file") if k else pieces:
            own = replace(piece, file=f"{k:02}/{piece.file}")
            all_pieces.append(own)
            target = folder / own.file
            if not target.exists():
                write_bytes(target, moved((paths.CORPUS / piece.file).read_bytes(), semitones))
    write_index(folder, all_pieces)


def moved(data: bytes, semitones: int) -> bytes:
    """A MIDI file in another key. MIDI has room for ten semitones more than a piano, up and down."""
    score: Any = symusic.Score.from_midi(data)
    return bytes(score.shift_pitch(semitones).dumps_midi())


def measured(times: int, step: str) -> Cost:
    """Run a step in a process of its own, and look at what it and its children take. Raises UserError if it fails."""
    words = ["-m", f"stages.{step}"]
    if step in UPDATES:
        words = ["-m", "benchmarks.corpora", step]
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    began, most = time.perf_counter(), (0.0, 0.0)
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=FOLDER / f"{times:02}",
        env=environment,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (LIMIT, LIMIT)),
    )
    while process.poll() is None:
        most = max(most, memory_of(process.pid))
        time.sleep(EVERY)
    if process.returncode:
        raise UserError(f"{step} of {times} × MAESTRO failed")
    return Cost(times, step, round(time.perf_counter() - began, 1), *(round(part) for part in most))


def memory_of(process: int) -> tuple[float, float]:
    """MB of a process and its children: their own, and of mapped files."""
    parents, sizes = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            lines = (folder / "status").read_text().splitlines()
        except OSError:  # it has ended
            continue
        status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        parents[int(folder.name)] = int(status["PPid"])
        sizes[int(folder.name)] = [int(status.get(name, "0 kB").split()[0]) / 1e3 for name in ("RssAnon", "RssFile")]
    family = {process}
    while new := {one for one, parent in parents.items() if parent in family} - family:
        family |= new
    own, mapped = (sum(sizes[one][k] for one in family if one in sizes) for k in range(2))
    return own, mapped


def take_updates(name: str) -> None:
    """The first updates of an epoch, in this folder."""
    planned = replace(load_plan(paths.plan(name)).runs[0], epochs=1)
    first_updates(Training(TASKS[VOCABULARY_OF[planned.kind]](), placed(planned, "compiled", "cpu")), UPDATES[name])()


def main() -> None:
    if sys.argv[1:]:
        take_updates(sys.argv[1])
        return
    pieces = read_index(paths.CORPUS)
    make_corpus(FOLDER / "corpus", pieces, max(SIZES))
    everything = read_index(FOLDER / "corpus")
    costs = []
    for times in SIZES:
        place = FOLDER / f"{times:02}"
        shutil.rmtree(place, ignore_errors=True)
        (place / "data").mkdir(parents=True)
        shutil.copy("params.yaml", place)
        shutil.copytree(paths.PLANS, place / paths.PLANS)
        (place / paths.CORPUS).mkdir()
        write_index(place / paths.CORPUS, everything[: times * len(pieces)])
        for k in range(times):
            (place / paths.CORPUS / f"{k:02}").symlink_to((FOLDER / "corpus" / f"{k:02}").resolve())
        for step in STEPS:
            costs.append(measured(times, step))
            print(costs[-1], file=sys.stderr, flush=True)
        shutil.rmtree(place)
    write_json(RESULTS, {"machine": machine.describe(), "costs": [asdict(cost) for cost in costs]})
    write_bytes(PICTURE, picture(costs))
    text = table(costs)
    write_text(TABLE, text + "\n")
    print(text)


def table(costs: list[Cost]) -> str:
    """A row per step: seconds, and MB of memory, of each size."""
    rows = [
        [step, *(f"{cost.seconds:g} s, {cost.peak:,.0f} MB" for cost in costs if cost.step == step)] for step in STEPS
    ]
    return markdown(("", *(f"{times} ×" for times in SIZES)), rows)


def picture(costs: list[Cost]) -> bytes:
    """Time and memory over size."""
    with drawn(9, 2) as (_, panels, file):
        for panel, (label, figure) in zip(panels, PANELS.items(), strict=True):
            for step, (color, _) in zip(STEPS, GROUPS, strict=False):
                own = [cost for cost in costs if cost.step == step]
                panel.plot([cost.times for cost in own], list(map(figure, own)), color=color, marker="o", label=step)
            panel.set(xlabel="times MAESTRO", ylabel=label, ylim=0)
        panels[0].legend(frameon=False)
    return file.getvalue()


PANELS: dict[str, Callable[[Cost], float]] = {"seconds": lambda cost: cost.seconds, "MB": lambda cost: cost.peak}

if __name__ == "__main__":
    report_in_one_line(main)
