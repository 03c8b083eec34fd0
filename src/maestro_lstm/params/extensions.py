"""What the paper wished for, and how networks look back: the sections extensions and extend_*."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from maestro_lstm.params.sections import Batch, Hidden, Layers, LookParams, Positive, Rate, Seeds, WarmUp
from maestro_lstm.plumbing.choices import (
    Draws,
    LookSize,
    NetworkKind,
    OptimizerName,
    Part,
    Rule,
    Section,
)
from maestro_lstm.training.settings import Settings


class Extensions(Section):
    hidden: Hidden
    batch: Batch
    seq_len: Positive
    rate: Rate
    warm_up: WarmUp


class Extension(Section):
    symbols: Positive
    seeds: Seeds


class ExtendOptimizer(Extension):
    optimizer: Annotated[list[OptimizerName], Field(min_length=1)]
    rate: Annotated[list[Rate], Field(min_length=1)]
    hidden: Hidden


class ExtendRates(Extension):
    rate: Annotated[list[Rate], Field(min_length=1)]


class ExtendSize(Extension):
    rate: Rate
    layers: Annotated[list[Layers], Field(min_length=1)]
    hidden: Annotated[list[Hidden], Field(min_length=1)]


class ExtendLengths(Extension):
    candidates: Annotated[list[Positive | Literal["growing", "cyclical"]], Field(min_length=1)]
    shortest: Positive
    longest: Positive
    updates_up: Positive

    @model_validator(mode="after")
    def _grows(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError("shortest must not be above longest")
        return self


class ExtendBatch(Extension):
    draws: Annotated[list[Draws], Field(min_length=1)]
    batch: Annotated[list[Batch], Field(min_length=1)]


class ExtendRule(Extension):
    rule: Annotated[list[Rule], Field(min_length=1)]


class Variant(Section):
    """What differs from the network that is varied, and from its training."""

    name: Annotated[str, Field(min_length=1)]
    kind: NetworkKind | None = None
    hidden: Hidden | None = None
    layers: Layers | None = None
    look: LookParams | None = None  # of a Transformer: its attention
    sounds: bool | None = None
    rate: Rate | None = None
    batch: Batch | None = None
    seq_len: Positive | None = None
    symbols: Positive | None = None
    averaging: Annotated[float, Field(ge=0, lt=1)] | None = None

    @property
    def size(self) -> LookSize | None:
        return self.look.size if self.look else None

    @model_validator(mode="after")
    def _a_transformer_has_its_size(self) -> Self:
        if self.kind == "transformer" and (self.size is None or self.size.whole != self.hidden):
            raise ValueError("a transformer needs hidden, and a look with heads × width = hidden")
        return self


class ExtendVariants(Extension):
    rate: Rate
    dropout: Annotated[float, Field(ge=0, lt=1)] = Settings.dropout
    variants: Annotated[list[Variant], Field(min_length=1)]

    @property
    def variant(self) -> list[str]:
        """Their names."""
        return [one.name for one in self.variants]

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        if len(set(self.variant)) < len(self.variant):
            raise ValueError("variants: a name appears twice")
        return self


class ExtendBest(Extension):
    without: Annotated[list[Part], Field(min_length=1)]
    rate: Rate
    hidden: Hidden
