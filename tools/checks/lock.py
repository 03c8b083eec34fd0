"""Do the locks, params.yaml, the code and the results in git match? `python -m tools.checks.lock`.

Two questions. To `dvc status`: does any lock disagree with a file or a param? Data that git does not keep and that is
not here is left out. To provenance/: was each result made by the code that is here now? A result that was not is
*stale*; only running its stage makes it fresh, which `dvc commit` does not do.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.provenance import hash_of
from maestro_lstm.plumbing.sources import stage_digest
from maestro_lstm.shipped.networks import FOLDER, told_of
from tools.dvc import dvc

ABSENT = ("deleted", "not in cache")  # what DVC says of data that a clone does not have
PROVENANCE = Path("provenance")


def tracked_by_git() -> set[str]:
    return set(subprocess.run(["git", "ls-files"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())


def mismatches(status: Mapping[str, Any], tracked: set[str]) -> list[str]:
    """What `dvc status --json` reports, one line each, without the missing data of a fresh clone."""
    lines = []
    for stage, reports in sorted(status.items()):
        for report in reports:
            if isinstance(report, str):  # such as "changed command"
                lines.append(f"{stage}: {report}")
                continue
            for kind, files in report.items():
                for path, state in files.items():
                    if state not in ABSENT or _in_git(path, tracked):
                        lines.append(f"{stage}: {kind}: {path}: {state}")
    return lines


def records(folder: Path = PROVENANCE) -> dict[str, dict[str, Any]]:
    """What provenance/ says of each call of a stage."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def strangers(found: Mapping[str, Mapping[str, Any]], tracked: set[str]) -> list[str]:
    """Results in git that are not those that provenance/ describes, one line each."""
    return [
        f"provenance/{name}.json: describes another {result}"
        for name, record in found.items()
        for result, digest in record["results"].items()
        if _in_git(result, tracked) and Path(result).exists() and hash_of(Path(result)) != digest
    ]


def other_models(found: Mapping[str, Mapping[str, Any]], folder: Path = FOLDER) -> list[str]:
    """Networks that come with the package and are not the trained ones, one line each."""
    lines = []
    for path in sorted(folder.glob("*.safetensors")):
        trained = found.get(f"train_{path.stem}", {}).get("results", {}).get(f"models/{path.stem}")
        if told_of(path).get("model") != trained:
            lines.append(f"{path.name}: it is not models/{path.stem}: dvc repro -s stages/shipping/dvc.yaml")
    return lines


def _in_git(result: str, tracked: set[str]) -> bool:
    return result in tracked or any(name.startswith(f"{result}/") for name in tracked)


def stale(found: Mapping[str, Mapping[str, Any]], root: Path) -> dict[str, str]:
    """Results whose code has changed since they were made: the name of each record, and the commit it was made at."""
    return {
        name: record["commit"] or "no commit"
        for name, record in found.items()
        if not (root / record["script"]).is_file() or stage_digest(root / record["script"], root) != record["code"]
    }


def made_at(found: Mapping[str, Mapping[str, Any]]) -> str:
    """On which kinds of processor and at which commits the results were made, in one line."""
    kinds = Counter(str(record["processor"]) for record in found.values())
    commits = Counter(
        f"{str(record['commit'])[:8]}{' with uncommitted changes' if record['uncommitted'] else ''}"
        for record in found.values()
    )
    counts = (", ".join(f"{count} {name}" for name, count in one.most_common()) for one in (kinds, commits))
    return " · ".join(counts)


def problems(found: Mapping[str, Mapping[str, Any]], root: Path) -> list[str]:
    """Everything that does not belong together, one line each.

    Args:
        found: the records of provenance/.
    """
    if not list(root.glob("dvc.lock")):
        return ["there is no dvc.lock: run `dvc repro`"]
    tracked = tracked_by_git()
    lines = mismatches(json.loads(dvc("status", "--json", quiet=True)), tracked) + strangers(found, tracked)
    lines += other_models(found)
    lines += [f"{name}: stale: its code has changed since {at[:8]}" for name, at in sorted(stale(found, root).items())]
    return lines


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    everything = records()
    found = problems(everything, Path.cwd())
    if found:
        sys.exit(
            "error: results do not match the code; run their stages (dvc repro --force --single-item STAGE):\n"
            + "\n".join(found)
        )
    print("the locks and provenance/ match params.yaml, the code and the results")
    print(f"{len(everything)} records: {made_at(everything)}")


if __name__ == "__main__":
    main()
