"""The pipeline's files, read once: every stage of every dvc.yaml, and params.yaml."""

from pathlib import Path
from typing import Any

import yaml

from tools import pipeline

FILES = pipeline.files_of(Path())
STAGES: dict[str, Any] = pipeline.stages_of(Path())
PLOTS: list[dict[str, Any]] = yaml.safe_load(Path("metrics/dvc.yaml").read_text())["plots"]
PARAMS: dict[str, Any] = yaml.safe_load(Path("params.yaml").read_text())


def instances(address: str) -> list[dict[str, Any]]:
    """A stage once per value of its matrix, each filled in."""
    return pipeline.instances(STAGES[address], PARAMS)


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
