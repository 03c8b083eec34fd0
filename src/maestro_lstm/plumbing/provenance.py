"""Where a result comes from: commit, code, versions and machine, kept apart from the figures."""

import hashlib
import platform
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.files import sha256_of
from maestro_lstm.plumbing.sources import stage_digest
from maestro_lstm.plumbing.versions import gpu_name, libraries, processor

ALSO = ("dvc", "music21", "pandas", "safetensors", "symusic")  # no arithmetic, but they read and write files
# an uncommitted change here makes the commit untrue; DVC writes the locks while it runs
CODE = (
    ":/src",
    ":/stages",
    ":/dvc.yaml",
    ":/params.yaml",
    ":(top,exclude,glob)stages/*/dvc.lock",
    ":(top,exclude,glob)src/**/*.safetensors",  # networks that are shipped are results
)


def circumstances(script: Path) -> dict[str, Any]:
    """What a stage's results are made with. No time and no duration: the same making has the same provenance.

    Args:
        script: the stage's file, in `stages/` or a folder below it.
    """
    return {
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted": (_git("status", "--porcelain", "--", *CODE) or "").splitlines(),
        "script": script.relative_to(root_of(script)).as_posix(),
        "code": stage_digest(script, root_of(script)),
        "python": platform.python_version(),
        "libraries": libraries() | {name: version(name) for name in ALSO},
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "gpu": gpu_name() or None if "torch" in sys.modules else None,  # loading torch just for this takes seconds
    }


def root_of(script: Path) -> Path:
    """The project that a stage's script belongs to."""
    return next(folder.parent for folder in script.parents if folder.name == "stages")


def hashes(results: Iterable[Path]) -> dict[str, str]:
    """Hashes of files and folders, by path."""
    return {path.as_posix(): hash_of(path) for path in sorted(results)}


def hash_of(path: Path) -> str:
    """SHA-256 of a file; of a folder, that of its files' hashes and names."""
    if path.is_file():
        return sha256_of(path)
    files = sorted(one for one in path.rglob("*") if one.is_file())
    lines = "".join(f"{sha256_of(one)}  {one.relative_to(path).as_posix()}\n" for one in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def _git(*words: str) -> str | None:
    """git's output; None where there is no git or no repository."""
    try:
        done = subprocess.run(["git", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.rstrip() if done.returncode == 0 else None
