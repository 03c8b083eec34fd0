"""Where everything lies, relative to the project's root."""

from pathlib import Path

from maestro_lstm.errors import UserError
from maestro_lstm.splits import Split

PARAMS_CHECKED = Path("data/params_checked.txt")
LENGTHS_CHECKED = Path("data/lengths_checked.txt")
CORPUS = Path("data/corpus")
NOTES = Path("data/notes")
RULES = Path("data/rules")
VOCAB = Path("data/vocab")
ENCODED = Path("data/encoded")
PLANS = Path("data/plans")
METRICS = Path("metrics")
SELECTED = METRICS / "selected"
CURVES = METRICS / "curves"
EXPLAIN = METRICS / "explain"
PROBES = METRICS / "probes"
PLATEAU = METRICS / "plateau"
WISHES = METRICS / "wishes"
BREAKDOWN = METRICS / "breakdown"
DISTANCES = METRICS / "distances"
DRAWN = Path("data/drawn")
VS_PAPER = METRICS / "vs_paper"
MODELS = Path("models")
RUNS = Path("runs")
GENERATED = Path("generated")
REAL = "real"  # who wrote the test split, beside the networks
LOCK = Path(".dvc/tmp/stage.lock")
PROVENANCE = Path("provenance")
PAPER_TABLES = Path("paper/tables.json")


def encoded(split: Split, rule: str = "") -> Path:
    """The ids of a split; by one of the rules that are compared, if it is given."""
    return (RULES / rule if rule else ENCODED) / f"{split}.safetensors"


def breakdown(predictor: str) -> Path:
    """How a predictor's figures on test are made up."""
    return METRICS / "evaluate" / "breakdown" / f"{predictor}.csv"


def plan(network: str) -> Path:
    """How a network is to be trained."""
    return PLANS / f"{network}.json"


def model(network: str, seed: int) -> Path:
    """A trained network."""
    return MODELS / network / f"seed-{seed}.safetensors"


def generated(kind: str, writer: str) -> Path:
    """A writer's pieces in the forms of one kind. Real music has a place of its own, which git does not keep."""
    return GENERATED / REAL / kind if writer == REAL else GENERATED / kind / writer


def models(network: str) -> dict[int, Path]:
    """A network's trained seeds, in order. Raises UserError where there are none."""
    found = {int(path.stem.removeprefix("seed-")): path for path in (MODELS / network).glob("seed-*.safetensors")}
    if not found:
        raise UserError(f"{MODELS / network} is missing or empty: run `dvc repro train`")
    return dict(sorted(found.items()))
