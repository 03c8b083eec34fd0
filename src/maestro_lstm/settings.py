"""All that determines a training run, given the data and the code."""

from dataclasses import dataclass

from maestro_lstm.choices import EngineName, OptimizerName, Output
from maestro_lstm.schedules import Schedule


@dataclass(frozen=True)
class Settings:
    """One run."""

    hidden: int
    output: Output
    optimizer: OptimizerName
    schedule: Schedule
    seq_len: int  # T, symbols
    epochs: int
    seed: int  # of the initial weights and of the draws
    log_every: int = 1000  # updates between points of the curve
    smoothing: float = 0.999  # of the loss, per update
    engine: EngineName = "compiled"
    device: str = "cpu"
