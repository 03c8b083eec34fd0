"""The lock files for code that was proven equal: as they were, with today's commands, code and names.

`dvc commit` would need every result at hand and would believe whatever lies there. Here each output has the hash that
the older locks have of it.
"""

import hashlib
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import yaml
from dvc.dependency.param import ParamsDependency
from dvc.repo import Repo
from dvc.stage import PipelineStage
from dvc_data.hashfile.hash_info import HashInfo
from dvc_data.hashfile.meta import Meta

from maestro_lstm.plumbing.errors import UserError
from tools.carry.compare import is_changed, moved
from tools.carry.versions import git
from tools.pipeline import overlap

Entry = Mapping[str, Any]  # of a path in a lock: md5, size, nfiles


def locked_at(commit: str, moves: Mapping[str, str]) -> dict[str, Entry]:
    """What the locks of a commit say of every path, by today's names."""
    found: dict[str, Entry] = {}
    for name in git("ls-tree", "-r", "--name-only", commit).splitlines():
        if Path(name).name == "dvc.lock":
            text = git("show", f"{commit}:{name}")
            for stage in (yaml.safe_load(text).get("stages") or {}).values():
                for entry in (*stage.get("deps", []), *stage.get("outs", [])):  # outs: they count
                    found[moved(entry["path"], moves)] = entry
    return found


def write_locks(
    root: Path,
    locked: Mapping[str, Entry],
    equal: Collection[str],
    changed: Collection[str],
    fresh: Collection[str] = (),
) -> list[str]:
    """Write the locks of all stages whose outputs are carried; one that today's code ran anew keeps its own.

    Args:
        locked: what the older locks say of each path.
        equal: the results that are carried, by today's names.
        changed: those that are meant to differ.
        fresh: those that today's code made.

    Returns: the addresses of the stages that have no lock and are to be run.
    """
    left, ready = [], []
    logging.getLogger("dvc").setLevel(logging.WARNING)  # it names every file that it writes
    with Repo(str(root)) as repo, repo.lock:
        stages = [stage for stage in repo.index.stages if isinstance(stage, PipelineStage)]
        for stage in stages:
            outs = [_path(out) for out in stage.outs]
            carried = all(
                (out in locked and any(overlap(out, one) for one in equal)) or is_regrouped(root, out, locked, equal)
                for out in outs
            )
            if not carried or is_changed(outs, changed):
                if all(any(overlap(out, one) for one in fresh) for out in outs) and all(
                    out.hash_info for out in stage.outs
                ):
                    ready.append(stage)
                else:
                    left.append(stage.addressing)
                continue
            for dep in stage.deps:
                # params.yaml: its settings are equal, or nothing is carried
                if isinstance(dep, ParamsDependency) or _path(dep).startswith(("params.yaml", "src/", "stages/")):
                    dep.save()
                else:
                    _take(dep, locked)
            for out in stage.outs:
                _take(out, locked)
            ready.append(stage)
        files = {Path(stage.path).with_name("dvc.lock") for stage in stages}
        before = {file: file.read_text() for file in files if file.exists()}
        for file in before:
            file.unlink()  # not before all is known
        for stage in ready:
            stage.dump(update_pipeline=False)
    for file, text in before.items():
        if file.exists() and yaml.safe_load(file.read_text()) == yaml.safe_load(text):
            file.write_text(text)  # it says the same in another order
    return left


def is_regrouped(root: Path, folder: str, locked: Mapping[str, Entry], equal: Collection[str]) -> bool:
    """Whether a folder in git holds nothing but carried files that the older locks name one by one, as they were."""
    files = [path for path in (root / folder).rglob("*") if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in files}
    return bool(names) and all(
        name in locked
        and name in equal
        and hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() == locked[name]["md5"]
        for name, path in names.items()
    )


def _path(entry: Any) -> str:
    """From the project's root."""
    return Path(str(entry.fs_path)).relative_to(entry.repo.root_dir).as_posix()


def _take(entry: Any, locked: Mapping[str, Entry]) -> None:
    path = _path(entry)
    if path not in locked:
        if not entry.exists:
            raise UserError(f"{path}: no lock says what it is; run its stage")
        entry.save()
        return
    said = locked[path]
    entry.hash_info = HashInfo("md5", said["md5"])
    entry.meta = Meta(size=said.get("size"), nfiles=said.get("nfiles"), isexec=said.get("isexec", False))
