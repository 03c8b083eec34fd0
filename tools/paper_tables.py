"""The paper's figures as a revision: `python -m tools.paper_tables`, then `dvc metrics diff paper-tables`.

A commit without parents, tagged `paper-tables`, that holds what `dvc metrics show` prints here, with the paper's
accuracies in place of ours: the difference is then what the paper has, and nothing else. Author and date are fixed, so
the same metrics give the same commit on every machine. Tags do not come with a shallow or single-branch clone, and
making it again does no harm.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

TAG = "paper-tables"
WHO = {"NAME": "paper-tables", "EMAIL": "paper-tables@localhost", "DATE": "2020-01-01T00:00:00Z"}
CONFIG = "[core]\n    analytics = false\n    check_update = false\n"
SHOWN = ("metrics/vs_paper/*.json", "metrics/best/test.json", "metrics/ngrams/*.json")  # what dvc.yaml calls metrics


def with_papers_accuracy(figures: dict[str, Any]) -> dict[str, Any]:
    """A row of ours with the paper's accuracy, if the paper has one."""
    return {**figures, "accuracy": figures.get("paper", figures["accuracy"])}


def files_of(root: Path) -> dict[str, str]:
    """The revision's files: the metrics, and just enough for DVC to find them."""
    found = {path.relative_to(root).as_posix(): path for pattern in SHOWN for path in sorted(root.glob(pattern))}
    metrics = {
        name: json.dumps(with_papers_accuracy(json.loads(path.read_text())), indent=2) + "\n"
        for name, path in found.items()
    }
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
    """Write a commit of these files without a parent, not touching the work tree or the index; returns its id."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        for path, text in sorted(files.items()):
            blob = git("hash-object", "-w", "--stdin", stdin=text)
            git("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", **index)
        tree = git("write-tree", **index)
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in WHO.items()}
    return git("-c", "commit.gpgsign=false", "commit-tree", tree, "-m", message, **who)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    files = files_of(Path.cwd())
    papers = sum('"paper"' in text for text in files.values())
    if not papers:
        sys.exit("error: no metrics of the study here: run `dvc repro`")
    made = commit(files, "The paper's tables, as metrics of this project")
    git("-c", "tag.gpgsign=false", "tag", "--force", TAG, made)
    print(f"{TAG}: {made[:12]}, {papers} figures; now: dvc metrics diff {TAG}")


if __name__ == "__main__":
    main()
