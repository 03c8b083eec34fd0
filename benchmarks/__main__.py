"""All benchmarks in one run: a table, and benchmarks/results.json with the machine. `make bench`, some minutes."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine, networks, parsing
from benchmarks.measure import Figure, Way, compare, table
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_json
from stages import paths
from tools.dvc import dvc

RESULTS = Path("benchmarks/results.json")


def nothing_to_do() -> list[Figure]:
    """`dvc repro` where all is up to date."""
    if json.loads(dvc("status", "--json", quiet=True)):
        raise UserError("the study is not up to date, so that `dvc repro` cannot be timed: run it first")
    return compare("`dvc repro`, nothing to do", {"dvc": Way(lambda: dvc("repro", quiet=True), 1)}, "dvc", "s", 1, 3)


def main() -> None:
    train, test = load_ids(paths.encoded("train")), load_ids(paths.encoded("test"))
    files = sorted(paths.CORPUS.rglob("*.mid*"))
    figures = networks.training(train)
    figures += networks.evaluation(test)
    figures += parsing.parsing(files)
    figures += nothing_to_do()
    results = {"machine": machine.describe(), "figures": [asdict(figure) for figure in figures]}
    write_json(RESULTS, results)
    print(table(results["figures"]))  # type: ignore[arg-type]
    print(f"\n{machine.processor()}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
