"""The sections of params.yaml, typed: the keys of each, and their ranges."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from maestro_lstm.generation.sampling import ChordSeconds, SymbolSampling
from maestro_lstm.params.performances import check_primers
from maestro_lstm.plumbing.choices import (
    DECAYING,
    LONGEST_MEMORY,
    VOCABULARY_OF,
    EngineName,
    LookSize,
    NetworkPrecision,
    OptimizerName,
    Output,
    Rule,
    ScheduleName,
    Section,
    TrainedKind,
    Vocabulary,
)
from maestro_lstm.training.settings import Settings

Positive = Annotated[int, Field(ge=1)]
Rate = Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Hidden = Annotated[int, Field(ge=1, le=4096)]
Layers = Annotated[int, Field(ge=1, le=16)]
Batch = Annotated[int, Field(ge=1, le=4096)]
WarmUp = Annotated[float, Field(ge=0, lt=1)]
Seeds = Annotated[int, Field(ge=1, le=1000)]
Engine = Literal["auto"] | EngineName
Device = Literal["auto", "cpu", "cuda"]


class Download(Section):
    maestro: Literal["3.0.0", "2.0.0"]
    chorales: Annotated[int, Field(ge=3, le=400)]
    folder: Annotated[str, Field(min_length=1)]


class Parse(Section):
    engine: Literal["fast", "music21"]
    rule: Rule
    max_bad: Share

    @model_validator(mode="after")
    def _engine_has_the_rule(self) -> Self:
        if self.engine == "music21" and self.rule != "paper":
            raise ValueError(f"engine: music21 has no rule: {self.rule}; use rule: paper or engine: fast")
        return self


class OwnTraining(Section):
    """Besides rate, warm_up and seeds, fields of `Settings` by their names: a new setting is a field there and here."""

    optimizer: OptimizerName
    rate: Rate
    warm_up: WarmUp
    batch: Batch
    seq_len: Positive
    epochs: Positive
    transpose: Annotated[int, Field(ge=0, le=48)]
    log_every: Positive
    seeds: Seeds
    threads: Annotated[int, Field(ge=1, le=256)]
    symbols: Annotated[int, Field(ge=0)] = Settings.symbols
    stretch: Annotated[float, Field(ge=0, le=0.5)] = Settings.stretch
    dropout: Annotated[float, Field(ge=0, lt=1)] = Settings.dropout
    weight_decay: Annotated[float, Field(ge=0, le=1)] = Settings.weight_decay
    precision: NetworkPrecision = "float32"


class LookParams(Section):
    """How a network looks back, model/look.py."""

    heads: Annotated[int, Field(ge=0, le=64)]  # 0: it does not
    width: Annotated[int, Field(ge=1, le=1024)]
    memory: Annotated[int, Field(ge=1, le=LONGEST_MEMORY)]

    @property
    def size(self) -> LookSize | None:
        return LookSize(self.heads, self.width, self.memory) if self.heads else None


class NetworkParams(Section):
    hidden: Hidden
    output: Output
    kind: TrainedKind = "symbols"
    layers: Layers = Settings.layers
    skips: bool = Settings.skips
    head: Annotated[int, Field(ge=0, le=4096)] = Settings.head
    look: LookParams | None = None
    training: OwnTraining | None = None

    @property
    def vocabulary(self) -> Vocabulary:
        return VOCABULARY_OF[self.kind]

    @model_validator(mode="after")
    def _is_as_in_the_paper(self) -> Self:
        if self.training is None and (self.layers, self.skips) != (Settings.layers, Settings.skips):
            raise ValueError("layers and skips need a network with a training of its own")
        if self.vocabulary == "performances" and (self.training is None or self.output != "logits"):
            raise ValueError(f"kind: {self.kind} needs output: logits and a training of its own")
        if (self.kind == "performer") != (self.head > 0):
            raise ValueError("head is the width of a performer's heads, 1 or more; no other kind has one")
        if self.look and self.look.heads and (self.kind == "events" or self.training is None):
            raise ValueError("look is for a performer, or for symbols with a training of its own; else heads: 0")
        own = self.training
        if own and own.weight_decay and own.optimizer not in DECAYING:
            raise ValueError(f"training: weight_decay is for {' and '.join(DECAYING)}")
        if own and self.vocabulary == "symbols" and (own.stretch or own.dropout):
            raise ValueError("training: stretch and dropout are for performances")
        return self


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


class Train(Section):
    networks: Annotated[list[str], Field(min_length=1)]
    epochs: Positive
    log_every: Positive
    smoothing: Annotated[float, Field(ge=0, lt=1)]


Order = Annotated[int, Field(ge=1, le=9)]  # 90^9 still fits in 63 bits


class Baselines(Section):
    orders: Annotated[list[Order], Field(min_length=1)]
    kneser_ney: Annotated[list[Order], Field(min_length=1)]


class Chords(Section):
    updates: Annotated[list[Positive], Field(min_length=1)]
    pieces: Annotated[int, Field(ge=1, le=10_000)]
    symbols: Annotated[int, Field(ge=1, le=100_000)]


class Distances(Section):
    pieces: Annotated[int, Field(ge=2, le=10_000)]
    symbols: Annotated[int, Field(ge=2, le=100_000)]


class Generate(Section):
    primers: Annotated[list[str], Field(min_length=1)]
    pieces: Annotated[int, Field(ge=1, le=1000)]
    transpose: Annotated[int, Field(ge=-87, le=87)]
    keep_primer: bool
    chord_seconds: ChordSeconds
    soundfont: str
    real: Annotated[int, Field(ge=1, le=100)]
    real_seconds: Annotated[int, Field(ge=1, le=3600)]
    sampling: dict[str, SymbolSampling]

    @model_validator(mode="after")
    def _primers_are_keys_or_files(self) -> Self:
        check_primers(self.primers, nothing=False)
        return self
