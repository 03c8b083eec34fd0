"""Where everything is, relative to the project's root."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from maestro_lstm.generation.names import REAL, REAL_PLAYED
from maestro_lstm.params.params import BEST
from maestro_lstm.params.params import PERFORMER as THE_PERFORMER
from maestro_lstm.plumbing.choices import Vocabulary
from maestro_lstm.plumbing.errors import NotMade

if TYPE_CHECKING:
    from maestro_lstm.corpus.index import Split

PARAMS_CHECKED = Path("data/params_checked.txt")
CORPUS = Path("data/corpus")
PARSED = Path("data/symbols")
RULES = Path("data/rules")
VOCAB = Path("data/vocab")
ENCODED = Path("data/encoded")
PERFORMANCES = Path("data/performances")
PLANS = Path("data/plans")
SAMPLES = Path("data/samples")
PLAYED = Path("data/played")  # of the network that plays
METRICS = Path("metrics")
WORKS = METRICS / "works"
PARSE = METRICS / "parse.csv"
SWEEPS = METRICS / "sweeps"
SELECTED = METRICS / "selected"
PLATEAU = METRICS / "plateau"
EXTENSIONS = METRICS / "extensions"
BASELINES = METRICS / "baselines"
BREAKDOWN = METRICS / "breakdown"
DISTANCES = METRICS / "distances"
CHORDS = METRICS / "chords"
PERFORMER = METRICS / "performer"
VS_PAPER = METRICS / "vs_paper"
NGRAMS = METRICS / "ngrams"
FIRST_UPDATES = METRICS / "first_updates.csv"
BEST_RESULT = METRICS / BEST / "test.json"
MATCHES = METRICS / BEST / "match_model"
MODELS = Path("models")
# DVC says where an experiment that runs in a copy of the project comes from: what is trained is kept there, for all
ROOT = Path(os.environ.get("DVC_ROOT", ""))
RUNS = ROOT / "runs"
GENERATED = Path("generated")
LIVE = GENERATED / "live"
SHIPPED = Path("src/maestro_lstm/pretrained")
LOCK = ROOT / ".dvc/tmp/stage.lock"
PROVENANCE = Path("provenance")
PAPER_TABLES = Path("paper/tables.json")
PUBLISHED = Path("paper/performances.json")


def encoded(split: "Split", rule: str = "") -> Path:
    """The ids of a split; by one of the chord rules that are compared, if given."""
    return (RULES / rule if rule else ENCODED) / f"{split}.safetensors"


def sweep(name: str) -> Path:
    """The runs of one of the paper's experiments."""
    return SWEEPS / f"{name}.csv"


def curves(name: str) -> Path:
    """Their loss curves."""
    return SWEEPS / "curves" / f"{name}.csv"


def explained(name: str) -> Path:
    """The runs of one of the crossings that explain the plateau."""
    return PLATEAU / "runs" / f"{name}.csv"


def probes(name: str) -> Path:
    """What was probed during them."""
    return PLATEAU / "probes" / f"{name}.csv"


def extension(name: str) -> Path:
    """The runs of one of the extensions."""
    return EXTENSIONS / "runs" / f"{name}.csv"


def extension_pieces(name: str) -> Path:
    """The same piece by piece."""
    return EXTENSIONS / "pieces" / f"{name}.csv"


def extension_cost(name: str) -> Path:
    """Their losses over symbols and processor time, which is another each time."""
    return EXTENSIONS / "cost" / f"{name}.csv"


def of_network(
    table: Literal["train", "curves", "evaluate", "groups"], network: str, vocabulary: Vocabulary = "symbols"
) -> Path:
    """A table about a network. `best` and what plays have folders of their own: the paper's study does not depend on
    them."""
    if vocabulary == "performances":
        return PERFORMER / table / f"{network}.csv"
    return METRICS / BEST / f"{table}.csv" if network == BEST else METRICS / table / f"{network}.csv"


def groups_of_ngram(name: str) -> Path:
    """An n-gram's figures on test by group."""
    return BASELINES / "groups" / f"{name}.csv"


def samples(network: str) -> Path:
    """Many pieces of a network."""
    return PLAYED if network == THE_PERFORMER else SAMPLES / network


def plan(network: str) -> Path:
    """How a network will be trained."""
    return PLANS / f"{network}.json"


def model(network: str, seed: int) -> Path:
    """A trained network."""
    return MODELS / network / f"seed-{seed}.safetensors"


def made_model(network: str, seed: int) -> Path:
    """The same, there. Raises NotMade."""
    if not model(network, seed).is_file():
        raise NotMade(f"{model(network, seed)} is missing")
    return model(network, seed)


def models(network: str) -> dict[int, Path]:
    """A network's trained seeds, in order. Raises UserError if there are none."""
    found = {int(path.stem.removeprefix("seed-")): path for path in (MODELS / network).glob("seed-*.safetensors")}
    if not found:
        raise NotMade(f"{MODELS / network} is missing or empty")
    return dict(sorted(found.items()))


def folder_of(writer: str) -> Callable[[str], Path]:
    """Where the forms of each kind of a writer's pieces are."""
    return lambda kind: generated(kind, writer)


def generated(kind: str, writer: str) -> Path:
    """A writer's pieces in the forms of one kind. Real music has its own place, which git does not keep."""
    return GENERATED / writer / kind if writer in (REAL, REAL_PLAYED) else GENERATED / kind / writer
