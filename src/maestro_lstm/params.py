"""params.yaml as one typed object: every key known, of its type and in its range, or an error that names it."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from maestro_lstm.choices import Draws, EngineName, LossSteps, OptimizerName, Output, ScheduleName
from maestro_lstm.errors import UserError
from maestro_lstm.symbols import PITCH_OF_NAME

Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Engine = Literal["auto"] | EngineName
Device = Literal["auto", "cpu", "cuda"]
SweepName = Literal["optimizer", "learning_rate", "seq_len"]
SWEEPS: tuple[SweepName, ...] = ("optimizer", "learning_rate", "seq_len")  # in the order in which they are run
FACTORS = ("output", "learning_rate", "loss", "draws")  # that `explain` crosses

# what pydantic puts into the place of an error for the branches of a union; they are no keys
BRANCH = re.compile(r"(literal\[|constrained-|function-)|(int|float|str)$")
NAME = r"^[a-z][a-z0-9_]*$"  # of a network: it becomes a file name


class Section(BaseModel):
    # strict: "0.001" is text and True is not 1; forbid: a misspelt key is an error, not a default
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Download(Section):
    maestro: Literal["3.0.0", "2.0.0"]
    chorales: Annotated[int, Field(ge=3, le=400)]
    folder: Annotated[str, Field(min_length=1)]


class Parse(Section):
    engine: Literal["fast", "music21"]
    rule: Literal["paper", "clean"]
    max_bad: Share

    @model_validator(mode="after")
    def _engine_has_the_rule(self) -> Self:
        if self.engine == "music21" and self.rule == "clean":
            raise ValueError("engine music21 has no rule clean; say rule: paper or engine: fast")
        return self


class NetworkParams(Section):
    hidden: Annotated[int, Field(ge=1, le=4096)]
    output: Output


class Constant(Section):
    rate: Rate


class Cyclical(Section):
    low: Rate
    high: Rate
    updates_up: Positive

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.low > self.high:
            raise ValueError("low must not be above high")
        return self


class Schedules(Section):
    constant: Constant
    cyclical: Cyclical


class Sweep(Section):
    epochs: Positive
    every: Positive
    margin: Annotated[float, Field(ge=0, le=100)]


class SweepOptimizer(Section):
    candidates: Annotated[list[OptimizerName], Field(min_length=1)]
    paper: OptimizerName
    seq_len: Positive


class SweepLearningRate(Section):
    candidates: Annotated[list[ScheduleName], Field(min_length=1)]
    paper: ScheduleName
    seq_len: Positive
    cyclical_high: Rate


class SweepSeqLen(Section):
    candidates: Annotated[list[Positive], Field(min_length=1)]
    paper: Positive


class Explain(Section):
    output: Annotated[list[Output], Field(min_length=1)]
    learning_rate: Annotated[list[ScheduleName], Field(min_length=1)]
    loss: Annotated[list[LossSteps], Field(min_length=1)]
    draws: Annotated[list[Draws], Field(min_length=1)]
    seq_len: Positive
    log_every: Positive
    probes: Annotated[int, Field(ge=2, le=10_000)]  # at the start and at the end


class Train(Section):
    networks: Annotated[list[str], Field(min_length=1)]
    epochs: Positive
    log_every: Positive
    smoothing: Annotated[float, Field(ge=0, lt=1)]


class Floors(Section):
    orders: Annotated[list[Annotated[int, Field(ge=1, le=9)]], Field(min_length=1)]  # 90^9 still fits 63 bits


class Generate(Section):
    start: str
    symbols: Annotated[int, Field(ge=1, le=1_000_000)]

    @model_validator(mode="after")
    def _start_is_a_key(self) -> Self:
        if self.start not in PITCH_OF_NAME:
            raise ValueError(f"start must be a piano key such as C3, F#4 or B-2, not {self.start}")
        return self


class Params(Section):
    """The whole of params.yaml; what each key means stands beside it there."""

    corpus: Literal["maestro", "chorales", "folder"]
    optimizer: Literal["auto"] | OptimizerName
    learning_rate: Literal["auto"] | ScheduleName | Rate
    seq_len: Literal["auto"] | Positive
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    seeds: Annotated[int, Field(ge=1, le=1000)]
    device: Device
    engine: Engine
    download: Download
    parse: Parse
    networks: Annotated[dict[Annotated[str, Field(pattern=NAME)], NetworkParams], Field(min_length=1)]
    schedules: Schedules
    sweep: Sweep
    sweep_optimizer: SweepOptimizer
    sweep_learning_rate: SweepLearningRate
    sweep_seq_len: SweepSeqLen
    explain: Explain
    train: Train
    floors: Floors
    generate: Generate

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        if self.sweep_learning_rate.cyclical_high < self.schedules.cyclical.low:
            raise ValueError("sweep_learning_rate.cyclical_high must not be below schedules.cyclical.low")
        lists = {f"sweep_{sweep}.candidates": self.candidates(sweep) for sweep in SWEEPS}
        lists |= {f"explain.{factor}": list(getattr(self.explain, factor)) for factor in FACTORS}
        lists |= {"train.networks": list(self.train.networks), "floors.orders": list(self.floors.orders)}
        for key, values in lists.items():
            if len(set(values)) < len(values):
                raise ValueError(f"{key}: a value stands twice")
        if "paper" not in self.networks:
            raise ValueError("networks.paper is missing, on which the experiments are made")
        unknown = [name for name in self.train.networks if name not in self.networks]
        if unknown:
            raise ValueError(f"train.networks: networks.{unknown[0]} is missing")
        return self

    def candidates(self, sweep: SweepName) -> list[Any]:
        """What a sweep tries."""
        return list(getattr(self, f"sweep_{sweep}").candidates)

    @property
    def all_seeds(self) -> range:
        """The seeds of the study: seed, seed + 1, …"""
        return range(self.seed, self.seed + self.seeds)

    def papers_choice(self, sweep: SweepName) -> Any:
        return getattr(self, f"sweep_{sweep}").paper


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
    """Pydantic's report in one line; of the alternatives of a union, all that it expected."""
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
        told = f"{' or '.join(dict.fromkeys(texts))}{shown}"
        lines.append(f"{key}: {told}" if key else told)
    return "; ".join(lines)
