"""The paper's three experiments: with which settings each candidate is trained (§4.3).

Settings here say nothing of engine and device: those are chosen where a run is trained.
"""

from collections.abc import Mapping
from typing import Any

from maestro_lstm.params.params import Params, SweepName
from maestro_lstm.training.schedules import Cosine, Schedule
from maestro_lstm.training.settings import Settings, with_seeds

Choices = Mapping[str, Any]  # setting -> the candidate that its sweep chose


def sweep_candidates(params: Params, sweep: SweepName, chosen: Choices) -> dict[Any, list[Settings]]:
    """Every candidate of an experiment with its runs, one per seed; `chosen` holds the earlier experiments' winners."""
    return {
        candidate: with_seeds(sweep_settings(params, sweep, candidate, chosen), params.all_seeds)
        for candidate in params.candidates(sweep)
    }


def sweep_settings(params: Params, sweep: SweepName, candidate: Any, chosen: Choices) -> Settings:
    """Settings of one candidate, with the first seed."""
    if sweep == "optimizer":
        trained_with = (candidate, schedule_of(params, "constant"), params.sweep_optimizer.seq_len)
    elif sweep == "learning_rate":
        schedule = schedule_of(params, candidate, params.sweep_learning_rate.cyclical_high)
        trained_with = (chosen["optimizer"], schedule, params.sweep_learning_rate.seq_len)
    else:
        trained_with = (chosen["optimizer"], schedule_of(params, chosen["learning_rate"]), candidate)
    return network_settings(params, "paper", *trained_with, params.sweep.epochs)


def schedule_of(params: Params, learning_rate: str | float, cyclical_high: float | None = None) -> Schedule:
    """A schedule by its name in params.yaml, or a constant rate by its value."""
    if learning_rate == "constant":
        return Schedule.constant(params.schedules.constant.rate)
    if learning_rate == "cyclical":
        cycle = params.schedules.cyclical
        return Schedule(cycle.low, cyclical_high or cycle.high, cycle.updates_up)
    return Schedule.constant(float(learning_rate))


def network_settings(
    params: Params, network: str, optimizer: Any, schedule: Schedule | Cosine, seq_len: Any, epochs: int
) -> Settings:
    """Settings of one of the networks of params.yaml, with the first seed."""
    return Settings(
        hidden=params.networks[network].hidden,
        output=params.networks[network].output,
        optimizer=optimizer,
        schedule=schedule,
        seq_len=seq_len,
        epochs=epochs,
        seed=params.seed,
        log_every=params.train.log_every,
        smoothing=params.train.smoothing,
    )
