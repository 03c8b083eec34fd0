"""All benchmarks in one run: a table, and benchmarks/results.json with the machine. `make bench`, some minutes."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import machine, networks, parsing
from benchmarks.measure import Figure, Way, compare, table
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.tokens.encoded import load_ids
from stages import paths
from tools.dvc import dvc

RESULTS = Path("benchmarks/results.json")


def check() -> None:
    """Before minutes are spent. Raises UserError where the last figure, of `dvc repro`, could not be measured."""
    if json.loads(dvc("status", "--json", quiet=True)):
        raise UserError("the study is not up to date, so that `dvc repro` cannot be timed: run it first")


def nothing_to_do() -> list[Figure]:
    """`dvc repro` where all is up to date."""
    return compare("`dvc repro`, nothing to do", {"dvc": Way(lambda: dvc("repro", quiet=True), 1)}, "dvc", "s", 1, 3)


def measured(parts: Mapping[str, Callable[[], list[Figure]]], results: Path) -> list[dict[str, Any]]:
    """The figures of all parts, which are named as they begin. What was measured is kept beside the results until all
    is done: a run that is stopped leaves the last whole one."""
    figures: list[dict[str, Any]] = []
    partial = results.with_suffix(".partial.json")
    for name, part in progress(parts.items(), "bench", len(parts), "part"):
        print(name, file=sys.stderr, flush=True)
        figures += [asdict(figure) for figure in part()]
        write_json(partial, {"machine": machine.describe(), "figures": figures})
    partial.replace(results)
    return figures


def main() -> None:
    argparse.ArgumentParser("python -m benchmarks", description=__doc__).parse_args()
    check()
    train, test = load_ids(paths.encoded("train")), load_ids(paths.encoded("test"))
    files = sorted(paths.CORPUS.rglob("*.mid*"))
    parts = {
        "training": lambda: networks.training(train),
        "evaluation": lambda: networks.evaluation(test),
        "parsing": lambda: parsing.parsing(files),
        "nothing to do": nothing_to_do,
    }
    print(table(measured(parts, RESULTS)))
    print(f"\n{machine.processor()}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
