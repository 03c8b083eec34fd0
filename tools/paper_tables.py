"""The paper's figures as a revision: `python -m tools.paper_tables`, then `dvc metrics diff paper-tables`.

A commit without parents, tagged `paper-tables`, that holds the paper's figures under the same paths and keys as ours.
The author and the date are fixed, so that the commit's id is the same on every machine. A tag does not come with
a shallow or single-branch clone, and making it again does no harm.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from maestro_lstm.tables import Row, rows_of

TAG = "paper-tables"
WHO = {"NAME": "paper-tables", "EMAIL": "paper-tables@localhost", "DATE": "2020-01-01T00:00:00Z"}
CONFIG = "[core]\n    analytics = false\n    check_update = false\n"


def files_of(rows: list[Row]) -> dict[str, str]:
    """The revision's files: the metrics, and just enough for DVC to find them."""
    metrics = {f"metrics/{row.metrics}": json.dumps({row.key: row.accuracy}, indent=2) + "\n" for row in rows}
    return {".dvc/config": CONFIG, "dvc.yaml": yaml.safe_dump({"metrics": sorted(metrics)}), **metrics}


def git(*words: str, stdin: str = "", **environment: str) -> str:
    done = subprocess.run(
        ["git", *words],
        input=stdin,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )
    if done.returncode:
        sys.exit(f"error: git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def commit(files: dict[str, str], message: str) -> str:
    """Write a commit of these files and no parent, without touching the work tree or the index; returns its id."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for path, text in sorted(files.items()):
            blob = git("hash-object", "-w", "--stdin", stdin=text)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
        tree = git("write-tree", **index)
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
    return git("-c", "commit.gpgsign=false", "commit-tree", tree, "-m", message, **who)


def main() -> None:
    rows = rows_of(json.loads(Path("paper/tables.json").read_text()))
    made = commit(files_of(rows), "The paper's tables, as metrics of this project")
    git("-c", "tag.gpgsign=false", "tag", "--force", TAG, made)
    print(f"{TAG}: {made[:12]}, {len(rows)} figures; now: dvc metrics diff {TAG}")


if __name__ == "__main__":
    main()
