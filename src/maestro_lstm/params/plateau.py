"""The sections of params.yaml that are about the plateau: study/plateau.py."""

from typing import Annotated, Literal

from pydantic import Field

from maestro_lstm.params.sections import Positive, Rate
from maestro_lstm.plumbing.choices import LossSteps, OptimizerName, Output, ScheduleName, Section
from maestro_lstm.training.settings import Settings

Factor = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
Kept = Annotated[float, Field(ge=0.01, le=1)]

# each with the learning rates that it is tried at
Optimizers = Annotated[
    dict[OptimizerName, Annotated[list[ScheduleName | Rate], Field(min_length=1)]], Field(min_length=1)
]


class Explain(Section):
    seq_len: Positive
    log_every: Positive
    probes: Annotated[int, Field(ge=2, le=10_000)]  # at the start and at the end


class Crossing(Section):
    """Every combination of what is listed, and of the paper's setting where nothing is: fields of `Settings` by their
    names, but for the optimizer, which is listed with its rates."""

    updates: Annotated[int, Field(ge=0)] = 0  # of each training; 0: `sweep.epochs` decides
    seeds: Annotated[int, Field(ge=0, le=1000)] = 0  # 0: the study's
    probes: Annotated[int, Field(ge=0, le=10_000)] = 0  # 0: as for all
    output: Annotated[list[Output], Field(min_length=1, default=["softmax"])]
    optimizer: Annotated[Optimizers, Field(default={"adam": ["constant"]})]
    loss: Annotated[list[LossSteps], Field(min_length=1, default=["all"])]
    draws: Annotated[list[Literal["random", "in_order"]], Field(min_length=1, default=["random"])]  # from a zero state
    epsilon: Annotated[list[Rate], Field(min_length=1, default=[Settings.epsilon])]
    loss_scale: Annotated[list[Factor], Field(min_length=1, default=[Settings.loss_scale])]
    sharpness: Annotated[list[Factor], Field(min_length=1, default=[Settings.sharpness])]
    next_kept: Annotated[list[Kept], Field(min_length=1, default=[Settings.next_kept])]
    precision: Annotated[list[Literal["float32", "float64"]], Field(min_length=1, default=["float32"])]
    redrawn_at: Annotated[list[Positive], Field(min_length=1, default=[1])]
    redrawn: Annotated[list[Positive], Field(min_length=1, default=[1])]

    @property
    def listed(self) -> list[str]:
        """The fields that are crossed, in the order above."""
        return [
            name for name in type(self).model_fields if name in self.model_fields_set - {"updates", "seeds", "probes"}
        ]


class CrossedCauses(Crossing):
    """Of which each has to be said."""

    output: Annotated[list[Output], Field(min_length=1)]
    optimizer: Optimizers
    loss: Annotated[list[LossSteps], Field(min_length=1)]
    draws: Annotated[list[Literal["random", "in_order"]], Field(min_length=1)]
