"""Do dvc.lock, params.yaml, the code and the results in git belong together? `python -m tools.check_lock`.

Asks `dvc status` and leaves out what a clone without the data cannot know: files that git does not keep and that are
not there. Anything else that it reports means that a result does not come from the code beside it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from maestro_lstm.provenance import hash_of
from tools.dvc import dvc

ABSENT = ("deleted", "not in cache")  # what DVC says of data that a clone does not have


def tracked_by_git() -> set[str]:
    return set(subprocess.run(["git", "ls-files"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())


def mismatches(status: dict[str, Any], tracked: set[str]) -> list[str]:
    """What `dvc status --json` reports, a line each, without the missing data of a fresh clone."""
    lines = []
    for stage, reports in sorted(status.items()):
        for report in reports:
            if isinstance(report, str):  # such as "changed command"
                lines.append(f"{stage}: {report}")
                continue
            for kind, files in report.items():
                for path, state in files.items():
                    in_git = path in tracked or any(name.startswith(f"{path}/") for name in tracked)
                    if state not in ABSENT or in_git:
                        lines.append(f"{stage}: {kind}: {path}: {state}")
    return lines


def strangers(tracked: set[str]) -> list[str]:
    """Results in git that are not those which provenance/ speaks of, a line each."""
    lines = []
    for file in sorted(Path("provenance").glob("*.json")):
        for name, digest in json.loads(file.read_text())["results"].items():
            if name in tracked and Path(name).is_file() and hash_of(Path(name)) != digest:
                lines.append(f"{file}: speaks of another {name}")
    return lines


def main() -> None:
    if not Path("dvc.lock").is_file():
        sys.exit("error: there is no dvc.lock: run `dvc repro`")
    tracked = tracked_by_git()
    found = mismatches(json.loads(dvc("status", "--json", quiet=True)), tracked) + strangers(tracked)
    if found:
        sys.exit("error: results and code do not belong together, run `dvc repro`:\n" + "\n".join(found))
    print("dvc.lock and provenance/ fit params.yaml, the code and the results")


if __name__ == "__main__":
    main()
