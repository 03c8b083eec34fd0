"""Trees of params.yaml with one value changed."""

import copy
from typing import Any

# another one that the key takes
WORDS = {
    "auto": "adam",
    "muon": "adam",
    "logits": "softmax",
    "softmax": "logits",
    "float32": "bfloat16",
    "folded": "events",
}
OF_PERFORMANCES = (".kind", ".head", ".stretch", ".dropout")  # keys that a network of symbols does not take


def with_value(tree: Any, key: str, value: Any) -> Any:
    """A copy of a tree with this value at a dotted key."""
    tree = copy.deepcopy(tree)
    *sections, last = key.split(".")
    place = tree
    for section in sections:
        place = place[section]
    place[last] = value
    return tree


def with_another(tree: Any, key: str) -> Any:
    """A copy of a tree with another value than there is at a dotted key."""
    value = tree
    for name in key.split("."):
        value = value[name]
    return with_value(tree, key, "float32" if value == "auto" and key.endswith("precision") else different(value))


def different(value: Any) -> Any:
    if isinstance(value, str):
        return WORDS[value]
    if isinstance(value, bool):
        return not value
    return value / 2 if isinstance(value, float) else value + 1 if isinstance(value, int) else value[:-1]
