"""What was proven equal since a result was made: provenance/carried/, followed from the code that made it.

A carried file (`make carry`) holds, for two commits, the digest of the code of every result at both. Followed from the
code that made a result, they end at the code that is there now, or the result is stale.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.errors import UserError

CARRIED = Path("provenance/carried")


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


def records(folder: Path = Path("provenance")) -> dict[str, dict[str, Any]]:
    """What provenance/ says of each call of a stage."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


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
        content = json.loads(path.read_text())
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
                found.append(Followed(name, made, now, times))
    least = {one.now.path: min(other.times for other in found if other.now.path == one.now.path) for one in found}
    return [one for one in found if one.times == least[one.now.path]]
