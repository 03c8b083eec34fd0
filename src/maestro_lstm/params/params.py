"""params.yaml as one typed object: every key known, typed and in range, or an error that names it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from maestro_lstm.generation.sampling import CHORD_SECONDS, NoteSampling, SymbolSampling
from maestro_lstm.params.extensions import (
    ExtendBatch,
    ExtendBest,
    ExtendLengths,
    ExtendOptimizer,
    ExtendRates,
    ExtendRule,
    ExtendSize,
    ExtendVariants,
    Extensions,
)
from maestro_lstm.params.performances import PerformancesParams, PlayParams
from maestro_lstm.params.plateau import CrossedCauses, Crossing, Explain
from maestro_lstm.params.sections import (
    Baselines,
    Chords,
    Device,
    Distances,
    Download,
    Engine,
    Generate,
    NetworkParams,
    Parse,
    Positive,
    Rate,
    Schedules,
    Seeds,
    Sweep,
    SweepLearningRate,
    SweepOptimizer,
    SweepSeqLen,
    Train,
)
from maestro_lstm.plumbing.choices import OptimizerName, ScheduleName, Section
from maestro_lstm.plumbing.errors import UserError

SweepName = Literal["optimizer", "learning_rate", "seq_len"]
SWEEPS: tuple[SweepName, ...] = ("optimizer", "learning_rate", "seq_len")  # in the order they run
BEST = "best"  # the network of stages/best, which is not the paper's
PERFORMER = "performer"  # the network of stages/performer, which plays

# what pydantic adds to the location of an error for the branches of a union: these are not keys
BRANCH = re.compile(r"(literal\[|constrained-|function-)|(int|float|str)$")
NAME = r"^[a-z][a-z0-9_]*$"  # of a network: it becomes a file name


class Params(Section):
    """All of params.yaml, where each key is explained."""

    corpus: Literal["maestro", "chorales", "folder"]
    optimizer: Literal["auto"] | OptimizerName
    learning_rate: Literal["auto"] | ScheduleName | Rate
    seq_len: Literal["auto"] | Positive
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    seeds: Seeds
    device: Device
    engine: Engine
    download: Download
    parse: Parse
    performances: PerformancesParams
    networks: Annotated[dict[Annotated[str, Field(pattern=NAME)], NetworkParams], Field(min_length=1)]
    schedules: Schedules
    sweep: Sweep
    sweep_optimizer: SweepOptimizer
    sweep_learning_rate: SweepLearningRate
    sweep_seq_len: SweepSeqLen
    explain: Explain
    explain_crossed: CrossedCauses
    explain_epsilon: Crossing
    explain_scale: Crossing
    explain_branch: Crossing
    explain_precision: Crossing
    explain_rate: Crossing
    explain_dose: Crossing
    explain_share: Crossing
    extensions: Extensions
    extend_lengths: ExtendLengths
    extend_batch: ExtendBatch
    extend_rule: ExtendRule
    extend_optimizer: ExtendOptimizer
    extend_search: ExtendRates
    extend_size: ExtendSize
    extend_tune: ExtendRates
    extend_best: ExtendBest
    extend_look: ExtendVariants
    extend_look_best: ExtendVariants
    train: Train
    chords: Chords
    baselines: Baselines
    generate: Generate
    distances: Distances
    play: PlayParams

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        if self.sweep_learning_rate.cyclical_high < self.schedules.cyclical.low:
            raise ValueError("sweep_learning_rate.cyclical_high must not be below schedules.cyclical.low")
        for section, values in self:
            for key, found in values if isinstance(values, Section) else ():
                for name, one in found.items() if isinstance(found, dict) else [("", found)]:
                    if isinstance(one, list) and len(set(one)) < len(one):
                        raise ValueError(f"{section}.{key}{f'.{name}' if name else ''}: a value appears twice")
        if "real" in self.networks:
            raise ValueError("networks.real: that name stands for the real music of the test split")
        if "paper" not in self.networks:
            raise ValueError("networks.paper is missing: the experiments use it")
        if "best" not in self.networks or self.networks["best"].training is None:
            raise ValueError("networks.best.training is missing: extend_best leaves out its parts")
        unknown = [name for name in self.train.networks if name not in self.networks]
        if unknown:
            raise ValueError(f"train.networks: networks.{unknown[0]} is missing")
        others = [name for name in self.trained_networks if self.networks[name].vocabulary != "symbols"]
        if others:
            raise ValueError(f"train.networks: {others[0]} is not a network of symbols")
        if BEST in self.train.networks:
            raise ValueError(f"train.networks: {BEST} is trained by stages/best/dvc.yaml, leave it out")
        if PERFORMER not in self.networks or self.networks[PERFORMER].kind != "performer":
            raise ValueError(f"networks.{PERFORMER} is missing, or not of kind: performer")
        strange = [name for name in self.generate.sampling if name not in self.networks]
        if strange:
            raise ValueError(f"generate.sampling: networks.{strange[0]} is missing")
        silent = [name for name in self.trained_networks if name not in self.generate.sampling]
        if silent:
            raise ValueError(f"generate.sampling.{silent[0]} is missing: how {silent[0]} samples, e.g. length: 100")
        return self

    def candidates(self, sweep: SweepName) -> list[Any]:
        """What a sweep tries."""
        return list(getattr(self, f"sweep_{sweep}").candidates)

    def extension(self, name: str) -> Any:
        """The section of an extension."""
        return getattr(self, f"extend_{name}")

    def crossing(self, name: str) -> Crossing:
        """The section of what is crossed to explain the plateau."""
        found: Crossing = getattr(self, f"explain_{name}")
        return found

    @property
    def trained_networks(self) -> list[str]:
        """The paper's networks, and `best`."""
        return [*self.train.networks, BEST]

    def music_of(self, network: str) -> "Asked":
        """What a network continues, how often and how."""
        if self.networks[network].vocabulary == "symbols":
            asked = self.generate
            return Asked(asked.primers, asked.pieces, asked.sampling[network], asked.chord_seconds)
        return Asked(self.play.primers, self.play.pieces, self.play.sampling)

    @property
    def all_seeds(self) -> range:
        """The seeds of the study: seed, seed + 1, …"""
        return range(self.seed, self.seed + self.seeds)

    def papers_choice(self, sweep: SweepName) -> Any:
        return getattr(self, f"sweep_{sweep}").paper


class Asked(NamedTuple):
    """The music that is asked of a network."""

    primers: Sequence[str]
    pieces: int  # from each
    sampling: SymbolSampling | NoteSampling
    chord_seconds: float = CHORD_SECONDS  # of a network of symbols


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check the file. Raises UserError: one line with the key, what stands there and what was expected."""
    try:
        # YAML 1.2, as DVC reads it: PyYAML (1.1) would take 1e-3 for text and `no` for False
        tree = YAML(typ="safe", pure=True).load(path)
    except FileNotFoundError:
        raise UserError(f"{path} not found: run this in the project's root") from None
    except YAMLError as error:
        raise UserError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    return check_params(tree, str(path))


def check_params(tree: Any, name: str = "params.yaml") -> Params:
    """A parsed params.yaml, checked. Raises UserError; `name` is the file that it names."""
    try:
        return Params.model_validate(tree)
    except ValidationError as error:
        raise UserError(f"{name}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    """Pydantic's report in one line; for a union, everything it would have accepted."""
    messages: dict[str, tuple[Any, list[str]]] = {}
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"] if not BRANCH.match(str(part)))
        text = {"extra_forbidden": "unknown key, is it misspelt?", "missing": "key is missing"}.get(
            problem["type"], problem["msg"].removeprefix("Value error, ")
        )
        messages.setdefault(key, (problem["input"], []))[1].append(text)
    lines = []
    for key, (value, texts) in messages.items():
        shown = "" if isinstance(value, (dict, BaseModel)) else f" (it is {value!r})"
        text = f"{' or '.join(dict.fromkeys(texts))}{shown}"
        lines.append(f"{key}: {text}" if key else text)
    return "; ".join(lines)
