"""Versions of this project side by side: clones, each with its own code."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from maestro_lstm.plumbing.errors import UserError
from tools.dvc import environment_for


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    if done.returncode:
        raise UserError(f"git {words[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def clone(commit: str, folder: Path, repository: Path = Path()) -> Path:
    """A checkout of a commit."""
    git("clone", "--quiet", "--shared", "--no-checkout", str(repository), str(folder))
    git("-C", str(folder), "checkout", "--quiet", commit)
    return folder


def start(checkout: Path, *words: str, **how: Any) -> subprocess.Popen[str]:
    """A tool of a version, with that version's code, on one core."""
    code = os.pathsep.join(str((checkout / name).resolve()) for name in ("src", "."))
    environment = {**environment_for(checkout), "PYTHONPATH": code, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-m", *words], cwd=checkout, env=environment, text=True, **how)


def digests_of(checkout: Path) -> Any:
    """What a version says of its results (digests.py)."""
    process = start(checkout, "tools.carry.digests", stdout=subprocess.PIPE)
    text, _ = process.communicate()
    if process.returncode:
        raise UserError(f"{checkout}: tools.carry.digests fails: was it written with make carry?")
    return json.loads(text)


@cache
def digests_at(commit: str, repository: Path) -> Any:
    """The same of a commit; None where the clone does not have it."""
    with TemporaryDirectory() as folder:
        try:
            checkout = clone(commit, Path(folder) / "at", repository)
        except UserError:
            return None
        return digests_of(checkout)
