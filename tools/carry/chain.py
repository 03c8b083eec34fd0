"""Which code stands for which result today, call by call of the pipeline."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from maestro_lstm.plumbing.provenance import Followed
from maestro_lstm.plumbing.sources import stage_digest
from tools.pipeline import Call, overlap


def codes_of(calls: Iterable[Call], root: Path) -> dict[Call, str]:
    """A digest of the code of each call."""
    scripts = {call.script for call in calls}
    digests = {script: stage_digest(root / script, root) for script in scripts if (root / script).is_file()}
    return {call: digests.get(call.script, "") for call in calls}


def code_of(result: str, makes: Mapping[str, str]) -> str | None:
    """The digest of the code that makes a result, of a version that says which code makes which path (digests.py);
    None where no stage makes it."""
    return next((code for path, code in makes.items() if overlap(path, result)), None)


def is_fresh(one: Followed, codes: Mapping[Call, str]) -> bool:
    """Whether a stage makes the result today, and by code that is, or was proven equal to, what made it."""
    return any(code == one.now.code for call, code in codes.items() if makes(call, one.now.path))


def makes(call: Call, path: str) -> bool:
    return any(overlap(path, result) for result in call.results)
