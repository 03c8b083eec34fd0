"""Where a result comes from: commit, code, versions and machine, kept apart from the figures; and which code stands for
it since.

A carried file (`make carry`) holds, for two commits, the digest of the code of every result at both. Followed from the
code that made a result, they end at the code that is there now, or the result is stale.
"""

import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import read_json, sha256_of
from maestro_lstm.plumbing.sources import stage_digest
from maestro_lstm.plumbing.versions import gpu_name, libraries, processor

CARRIED = Path("provenance/carried")
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


@dataclass(frozen=True)
class Result:
    """A result, and a digest of the code that makes it."""

    path: str
    code: str


@dataclass(frozen=True)
class Followed:
    """A result in git: what made it, and what it is by now."""

    record: str  # in provenance/
    made: Result
    now: Result
    times: int  # how often it was carried
    hash: str  # of its bytes


def records(folder: Path = Path("provenance")) -> dict[str, dict[str, Any]]:
    """What provenance/ says of each call of a stage. Raises UserError, naming the file, for one that is damaged."""
    return {path.stem: read_json(path) for path in sorted(folder.glob("*.json"))}


@dataclass(frozen=True)
class Step:
    """What a carried file says."""

    carried: Mapping[Result, Result]
    ended: frozenset[tuple[Result, str]] = frozenset()  # with their hashes; meant to differ, or gone: records end here


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """With a hash of everything else, by which a change by hand is seen."""
    whole = {key: value for key, value in content.items() if key != "seal"}
    return {**whole, "seal": hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()}


def steps_in(folder: Path) -> list[Step]:
    """What each carried file says, in the order in which they were written. Raises UserError for one that was changed
    since."""
    steps = []
    for path in sorted(folder.glob("*.json")):
        content = read_json(path)
        if content != sealed(content):
            raise UserError(f"{path} was changed by hand: take it back, or run make carry again")
        carried = {
            Result(old, one["was"]): Result(new, one["is"])
            for one in content["code"]
            for old, new in one["results"].items()
        }
        ended = frozenset((Result(path, code), one) for path, (code, one) in content["ended"].items())
        steps.append(Step(carried, ended))
    return steps


def follow(records: Mapping[str, Mapping[str, Any]], steps: Sequence[Step]) -> list[Followed]:
    """Every result that provenance/ describes, followed through what was carried. Of two that describe one result, the
    later made counts."""
    found = []
    for name, record in records.items():
        for path, one in record["results"].items():
            made = now = Result(path, record["code"])
            times = 0
            for step in steps:
                if (now, one) in step.ended:
                    break
                if now in step.carried:
                    now, times = step.carried[now], times + 1
            else:
                found.append(Followed(name, made, now, times, one))
    least = {one.now.path: min(other.times for other in found if other.now.path == one.now.path) for one in found}
    return [one for one in found if one.times == least[one.now.path]]
