"""Metrics files, read again by a later stage: what was cut short or altered is named and not used.

The figures of a file depend on one another, so that nearly any change by hand leaves them at odds.
"""

import math
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from maestro_lstm.choices import OptimizerName, ScheduleName
from maestro_lstm.files import damaged, read_json
from maestro_lstm.seeds import over_seeds

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Nats = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")


class Counts(_File):
    """metrics/parse: `parsing.counts`."""

    files: Count
    skipped: Count
    chords: Count
    symbols: Annotated[int, Field(ge=1)]
    next_share: Percent
    problems: list[str]

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.skipped != len(self.problems) or self.next_share != round(100 * self.chords / self.symbols, 4):
            raise ValueError("its figures do not agree with one another")
        return self


class Notes(_File):
    """A split in metrics/parse_rule."""

    symbols: Annotated[int, Field(ge=1)]
    chords: Count
    pitches: Annotated[int, Field(ge=1)]
    notes: Annotated[int, Field(ge=1)]  # that were played

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.pitches < self.notes or self.symbols < self.chords + self.pitches:
            raise ValueError("its figures do not agree with one another")
        return self


class OnePass(_File):
    """metrics/evaluate of an n-gram: `scores.Scores`."""

    symbols: Annotated[int, Field(ge=1)]
    accuracy: Percent
    accuracy_pitches: Percent
    nats: Nats
    bits: Nats
    distinct: Annotated[int, Field(ge=1)]
    next_share: Percent

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if not math.isclose(self.bits, self.nats / math.log(2), abs_tol=2e-4):  # both are rounded
            raise ValueError("its figures do not agree with one another")
        return self


class Run(BaseModel):
    """One of the runs of metrics/sweep_* and of metrics/evaluate of a network; what else it holds is figures too."""

    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[str, Annotated[float, Field(allow_inf_nan=False)]]

    seed: Count
    accuracy: Percent
    next_share: Percent
    distinct: Annotated[int, Field(ge=1)]


class Optimizer(_File):
    optimizer: OptimizerName


class LearningRate(_File):
    learning_rate: ScheduleName


class SeqLen(_File):
    seq_len: Annotated[int, Field(ge=1)]


M = TypeVar("M", bound=BaseModel)
SELECTED: dict[str, type[BaseModel]] = {"optimizer": Optimizer, "learning_rate": LearningRate, "seq_len": SeqLen}


def read_counts(path: Path) -> Counts:
    """Raises UserError, naming the file, as all of these do."""
    return _checked(Counts, read_json(path), path)


def read_notes(path: Path) -> int:
    """How many notes were played in the validation split."""
    splits = read_json(path)
    return _checked(Notes, splits.get("validation") if isinstance(splits, dict) else None, path).notes


def read_one_pass(path: Path) -> dict[str, float]:
    return _checked(OnePass, read_json(path), path).model_dump()


def read_over_seeds(path: Path) -> dict[str, Any]:
    """What `seeds.over_seeds` made: its means must be those of its runs."""
    figures = read_json(path)
    runs = figures.get("runs") if isinstance(figures, dict) else None
    if not isinstance(runs, list) or not runs:
        raise damaged(path, "it holds no runs")
    for run in runs:
        _checked(Run, run, path)
    if any(run.keys() != runs[0].keys() for run in runs) or figures != over_seeds(runs):
        raise damaged(path, "its means are not those of its runs")
    return dict(figures)


def read_selected(path: Path, sweep: str) -> Any:
    """The winner of a sweep."""
    return getattr(_checked(SELECTED[sweep], read_json(path), path), sweep)


def _checked(kind: type[M], content: Any, path: Path) -> M:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        raise damaged(path, error) from None
