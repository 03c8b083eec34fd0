"""Where everything lies, relative to the project's root."""

from pathlib import Path

from maestro_lstm.splits import Split

PARAMS_CHECKED = Path("data/params_checked.txt")
LENGTHS_CHECKED = Path("data/lengths_checked.txt")
CORPUS = Path("data/corpus")
NOTES = Path("data/notes")
RULES = Path("data/rules")
VOCAB = Path("data/vocab")
ENCODED = Path("data/encoded")
METRICS = Path("metrics")
SELECTED = METRICS / "selected"
CURVES = METRICS / "curves"
EXPLAIN = METRICS / "explain"
PROBES = METRICS / "probes"
PLATEAU = METRICS / "plateau"
WISHES = METRICS / "wishes"
VS_PAPER = METRICS / "vs_paper"
MODELS = Path("models")
RUNS = Path("runs")
GENERATED = Path("generated")
LOCK = Path(".dvc/tmp/stage.lock")
PROVENANCE = Path("provenance")
PAPER_TABLES = Path("paper/tables.json")


def encoded(split: Split, rule: str = "") -> Path:
    """The ids of a split; by one of the rules that are compared, if it is given."""
    return (RULES / rule if rule else ENCODED) / f"{split}.safetensors"


def model(seed: int) -> str:
    """The name of a network's file in its folder of MODELS."""
    return f"seed-{seed}.safetensors"
