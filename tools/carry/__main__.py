"""Carry results in git over to code that was proven equal: `make carry BASE=COMMIT`.

BASE, a commit whose results belong to its code, and HEAD run the same sample side by side in clones (sample.py), twenty
minutes on two cores. Where all outputs are the same bytes, provenance/carried/ gets a file and the locks today's names
and code; both are to be committed. Where not, the first figure that differs in each output is named, and nothing is
written.

A result that keeps its bytes under another name is told by --moved OLD=NEW, for paths and for keys of params.yaml; one
that is meant to differ, or is new or gone, by --changed PATH: it is not carried, and its stage is to be run.
"""

import argparse
import os
import platform
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.provenance import CARRIED, follow, records, sealed, steps_in
from maestro_lstm.plumbing.versions import arithmetic, libraries
from stages.paths import RUNS
from tools.carry import runs
from tools.carry.chain import code_of
from tools.carry.compare import all_changed, differences, is_changed, moved, outputs_of
from tools.carry.locks import locked_at, write_locks
from tools.carry.versions import clone, digests_of, git, start
from tools.checks.outputs import leaves
from tools.pipeline import calls_of, params_of

ROOT = Path("build/carry")
PROJECTS = ("whole", "small", "scratch", "shipped", "reports")


def run_side_by_side(old: Path, new: Path, weights: Path, seed: int) -> None:
    """The sample of both versions. Raises UserError where one fails."""
    words = ("tools.carry.sample", "sample", "--weights", str(weights.resolve()), "--seed", str(seed))
    logs = {checkout: checkout.with_name(f"{checkout.name}.log") for checkout in (old, new)}
    running = {
        checkout: start(checkout, *words, stdout=log.open("w"), stderr=subprocess.STDOUT)
        for checkout, log in logs.items()
    }
    try:
        while None in (ended := [process.poll() for process in running.values()]) and not any(ended):
            time.sleep(1)
    finally:
        for process in running.values():
            process.kill()
    failed = [checkout for checkout, process in running.items() if process.returncode]
    if failed:
        raise UserError(f"{failed[0]}: its sample fails: see {logs[failed[0]]}")


def other_settings(old: Path, new: Path, moves: Mapping[str, str], changed: frozenset[str] = frozenset()) -> list[str]:
    """Keys of params.yaml whose values differ, or that are new or gone: the sample has values of its own there. Not
    those that only stages read whose results are all meant to differ."""
    by_path = {one.replace(".", "/"): other.replace(".", "/") for one, other in moves.items()}

    def renamed(key: str) -> str:
        return moved(key.replace(".", "/"), by_path).replace("/", ".")

    before, after = {renamed(key): value for key, value in leaves(params_of(old))}, dict(leaves(params_of(new)))
    calls = [call for checkout in (old, new) for call in calls_of(checkout, params_of(checkout))]

    def matters(key: str) -> bool:
        readers = [call for call in calls if any(key == own or key.startswith(f"{own}.") for own in call.params)]
        return not readers or not all(all_changed(call.results, changed) for call in readers)

    return [
        f"params.yaml: {key}: {after.get(key, 'not there')!r}, was {before.get(key, 'not there')!r}"
        for key in sorted(before.keys() | after.keys())
        if (key in before, before.get(key)) != (key in after, after.get(key)) and matters(key)
    ]


def hashes_in(checkout: Path) -> dict[str, str]:
    """The hash of every result that a version's records describe."""
    followed = follow(records(checkout / "provenance"), steps_in(checkout / CARRIED))
    return {one.now.path: one.hash for one in followed}


def digests_in(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    hashes: Mapping[str, str],
    moves: Mapping[str, str],
    changed: frozenset[str],
) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """For each code that another code stands for now, both digests and the results, old path to new; and the results
    that are not carried, each with its code and hash."""
    groups: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    ended = {}
    for path, was in sorted(old["results"].items()):
        target = moved(path, moves)
        now = code_of(target, new["makes"])
        if is_changed((path, target), changed):
            ended[path] = [was, hashes[path]]
        elif now is None:
            raise UserError(f"no stage makes {target} any more: --moved {path}=NEW, or --changed {path}")
        elif (was, path) != (now, target):
            groups[was, now][path] = target
    return [{"was": was, "is": now, "results": paths} for (was, now), paths in sorted(groups.items())], ended


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("base", help="a commit whose results belong to its code")
    words.add_argument("--moved", action="append", default=[], metavar="OLD=NEW")
    words.add_argument("--changed", action="append", default=[], metavar="PATH")
    words.add_argument("--seed", type=int, help="of which runs of the paper's experiments; another each time")
    given = words.parse_args()
    pairs = [word.partition("=") for one in given.moved for word in one.split()]
    if any(not new for _, _, new in pairs):
        raise UserError("--moved takes OLD=NEW")
    moves = {old: new for old, _, new in pairs}
    changed = frozenset(word for one in given.changed for word in one.split())
    seed = random.randrange(10_000) if given.seed is None else given.seed
    carry(given.base, moves, changed, seed)


def carry(base: str, moves: Mapping[str, str], changed: frozenset[str], seed: int) -> None:
    """Compare, and write what was proven. Raises UserError, or exits naming what differs."""
    began = time.monotonic()
    if dirty := git("status", "--porcelain", "--", "src", "stages", "tools", "dvc.yaml", "params.yaml", "metrics"):
        raise UserError(f"commit first, or take back: {dirty.splitlines()[0].strip()}")
    commits = {"from": git("rev-parse", base), "to": git("rev-parse", "HEAD")}
    shutil.rmtree(ROOT, ignore_errors=True)
    ROOT.mkdir(parents=True)
    old, new = clone(commits["from"], ROOT / "old"), clone(commits["to"], ROOT / "new")
    before, after = digests_of(old), digests_of(new)
    if before["stale"]:
        raise UserError(f"{base}: its results are not its code's: {', '.join(before['stale'])}")
    if wrong := other_settings(old, new, moves, changed):
        raise UserError(f"{wrong[0]}: run its stages instead ({len(wrong)} settings differ)")
    code, ended = digests_in(before, after, hashes_in(old), moves, changed)
    shipped = next(path for path in git("ls-files", "src/*.safetensors").splitlines())
    os.environ["CHANGED"] = " ".join(sorted(changed))  # for both samples; an older version's does not know it
    run_side_by_side(old, new, Path(shipped).parent, seed)
    folders = {name: (old / "sample" / name, new / "sample" / name) for name in PROJECTS}
    wrong = [line for one, other in folders.values() for line in differences(one, other, moves, changed)]
    if wrong:
        sys.exit(f"error: not equal, and nothing is carried; {len(wrong)} outputs differ:\n" + "\n".join(wrong))
    counts = {name: len(outputs_of(other)) for name, (_, other) in folders.items()}
    seconds = round(time.monotonic() - began)
    number = len(list(CARRIED.glob("*.json"))) + 1
    path = CARRIED / f"{number:03}-{commits['to'][:8]}.json"
    content = {
        **commits,
        "moved": moves,
        "changed": sorted(changed),
        "sample": {"seed": seed, "files": counts},
        **arithmetic(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "libraries": libraries() | {name: version(name) for name in ("symusic", "music21")},
        "seconds": seconds,
        "code": code,
        "ended": ended,
    }
    equal = {moved(path, moves) for path in before["results"] if not is_changed((path, moved(path, moves)), changed)}
    left = write_locks(Path.cwd(), locked_at(commits["from"], moves), equal, changed, after["results"])
    write_json(path, sealed(content))
    print(f"{sum(counts.values())} files of the sample are equal, byte for byte ({counts}); seed {seed}, {seconds} s")
    print(f"{path}: {sum(len(one['results']) for one in code)} results carried; commit it with the locks")
    renamed, others = runs.rename(RUNS, runs.named_by(old), runs.named_by(new), runs.proven_in(folders.values()))
    print(f"{RUNS}: {renamed} kept runs carried" + (f", {others} not, of kinds that the sample lacks" * bool(others)))
    if left:
        print("to be run: " + " ".join(f"dvc repro -s {one}" for one in left))


if __name__ == "__main__":
    report_in_one_line(main)
