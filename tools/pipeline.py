"""The pipeline as its dvc.yaml files describe it: stages, their calls, and an order in which these can run."""

import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ruamel.yaml import YAML

OUTPUTS = ("outs", "metrics", "plots")


@dataclass(frozen=True)
class Call:
    """A stage with one value of each of its matrix's lists."""

    words: tuple[str, ...]  # the module and its arguments: stages.train paper
    deps: tuple[str, ...]
    results: tuple[str, ...]
    params: tuple[str, ...] = ()  # keys and sections of params.yaml

    @property
    def name(self) -> str:
        """As provenance/ has it: train_paper, report_plateau."""
        return "_".join([*self.words[0].split(".")[1:], *self.words[1:]])

    @property
    def script(self) -> str:
        return f"{self.words[0].replace('.', '/')}.py"

    def run(self) -> None:
        """In this process and the current directory, as `python -m stages.…` would; exits where the stage fails."""
        from stages import command

        sys.argv = [Path(self.script).name, *self.words[1:]]
        command.run(importlib.import_module(self.words[0]).main)


def files_of(root: Path) -> list[Path]:
    """The dvc.yaml files with stages."""
    return [root / "dvc.yaml", *sorted(root.glob("stages/*/dvc.yaml"))]


def stages_of(root: Path) -> dict[str, Any]:
    """Every stage by the address DVC gives it: train, stages/best/dvc.yaml:train."""
    return {
        (name if file.parent == root else f"{file.relative_to(root).as_posix()}:{name}"): stage
        for file in files_of(root)
        for name, stage in yaml.safe_load(file.read_text())["stages"].items()
    }


def params_of(root: Path) -> Any:
    """params.yaml as DVC reads it: 1e-3 is a number."""
    return YAML(typ="safe", pure=True).load(root / "params.yaml")


def instances(stage: Any, params: Any) -> list[dict[str, Any]]:
    """A stage once per value of its matrix, each filled in."""
    found = [stage]
    for key, values in stage.get("matrix", {}).items():
        if isinstance(values, str):
            section, leaf = re.sub(r"[${}]", "", values).split(".")
            values = params[section][leaf]
        found = [filled(one, f"${{item.{key}}}", str(value)) for one in found for value in values]
    return found


def filled(tree: Any, old: str, new: str) -> Any:
    """A copy of a tree with a text in it replaced."""
    if isinstance(tree, dict):
        return {filled(key, old, new): filled(value, old, new) for key, value in tree.items()}
    if isinstance(tree, list):
        return [filled(value, old, new) for value in tree]
    return tree.replace(old, new) if isinstance(tree, str) else tree


def entries(stage: Any, *kinds: str) -> list[str]:
    """The paths that a stage names under these keys."""
    found = [entry for kind in kinds for entry in stage.get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in found]


def calls_of(root: Path, params: Any) -> list[Call]:
    """Every call of every stage, in an order in which they can run."""
    calls = [
        Call(
            tuple(one["cmd"].split()[2:]),
            tuple(entries(one, "deps")),
            tuple(entries(one, *OUTPUTS)),
            tuple(key for key in one.get("params", ()) if isinstance(key, str)),
        )
        for stage in stages_of(root).values()
        for one in instances(stage, params)
    ]
    return list(_in_order(calls))


def _in_order(calls: Sequence[Call]) -> Iterator[Call]:
    """As listed, but each after all that make what it needs. Raises ValueError for a circle."""
    left = list(calls)
    while left:
        ready = next((one for one in left if not any(_needs(one, other) for other in left if other is not one)), None)
        if ready is None:
            raise ValueError(f"a circle: {', '.join(one.name for one in left)}")
        left.remove(ready)
        yield ready


def _needs(one: Call, other: Call) -> bool:
    return any(overlap(dep, result) for dep in one.deps for result in other.results)


def overlap(one: str, other: str) -> bool:
    """Whether a path is another, or inside it, or around it."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
