"""The pipeline's files, read once: every stage of every dvc.yaml, and params.yaml."""

import re
from pathlib import Path
from typing import Any

import yaml

FILES = [Path("dvc.yaml"), *sorted(Path("stages").glob("*/dvc.yaml"))]
# by the address DVC gives it: train, stages/best/dvc.yaml:train
STAGES: dict[str, Any] = {
    (name if file == Path("dvc.yaml") else f"{file}:{name}"): stage
    for file in FILES
    for name, stage in yaml.safe_load(file.read_text())["stages"].items()
}
PLOTS: list[dict[str, Any]] = yaml.safe_load(Path("metrics/dvc.yaml").read_text())["plots"]
PARAMS: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text())


def instances(address: str, params: Any = PARAMS) -> list[dict[str, Any]]:
    """A stage once per value of its matrix, each filled in."""
    stage = STAGES[address]
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


def entries(stage: dict[str, Any], *kinds: str) -> list[str]:
    """The paths that a stage names under these keys."""
    found = [entry for kind in kinds for entry in stage.get(kind, [])]
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in found]


def leaves(tree: Any, prefix: str = "") -> set[str]:
    """Keys of params.yaml, dotted; a list is one key."""
    if not isinstance(tree, dict):
        return {prefix}
    return {leaf for key, value in tree.items() for leaf in leaves(value, f"{prefix}.{key}" if prefix else key)}


def under(key: str) -> set[str]:
    """A key of params.yaml, or all the keys of a section."""
    tree = PARAMS
    for name in key.split("."):
        tree = tree[name]
    return leaves(tree, key)


def declared(address: str) -> set[str]:
    """The keys of params.yaml that a stage depends on."""
    keys = {key for stage in instances(address) for key in stage.get("params", []) if isinstance(key, str)}
    return {leaf for key in keys for leaf in under(key)}
