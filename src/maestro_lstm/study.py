"""The study's design: with which settings each training of the paper runs (§4.3, §4.4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from maestro_lstm.choices import Draws, LossSteps, Output, ScheduleName
from maestro_lstm.compute import pick_engine
from maestro_lstm.errors import UserError
from maestro_lstm.params import FACTORS, SWEEPS, Params, SweepName
from maestro_lstm.schedules import Cosine, Schedule
from maestro_lstm.settings import Settings

Choices = Mapping[str, Any]  # setting → the candidate that its sweep chose


def candidate_named(params: Params, sweep: SweepName, name: str) -> Any:
    """The candidate that a command line means: numbers are numbers. Raises UserError."""
    for candidate in params.candidates(sweep):
        if str(candidate) == name:
            return candidate
    raise UserError(f"params.yaml: sweep_{sweep}.candidates has no {name}")


def schedule_of(params: Params, learning_rate: str | float, cyclical_high: float | None = None) -> Schedule:
    """A schedule by its name in params.yaml, or a constant rate by its value."""
    if learning_rate == "constant":
        return Schedule.constant(params.schedules.constant.rate)
    if learning_rate == "cyclical":
        cycle = params.schedules.cyclical
        return Schedule(cycle.low, cyclical_high or cycle.high, cycle.updates_up)
    return Schedule.constant(float(learning_rate))


def sweep_settings(params: Params, sweep: SweepName, candidate: Any, chosen: Choices) -> Settings:
    """Settings of one candidate; `chosen` holds the winners of the sweeps before it."""
    if sweep == "optimizer":
        trained_with = (candidate, schedule_of(params, "constant"), params.sweep_optimizer.seq_len)
    elif sweep == "learning_rate":
        schedule = schedule_of(params, candidate, params.sweep_learning_rate.cyclical_high)
        trained_with = (chosen["optimizer"], schedule, params.sweep_learning_rate.seq_len)
    else:
        trained_with = (chosen["optimizer"], schedule_of(params, chosen["learning_rate"]), candidate)
    return _settings(params, "paper", *trained_with, params.sweep.epochs)


@dataclass(frozen=True)
class Cell:
    """One way of training among those that `explain` crosses."""

    output: Output
    learning_rate: ScheduleName
    loss: LossSteps
    draws: Draws

    @property
    def name(self) -> str:
        """Of its files, such as softmax-constant-all-random."""
        return "-".join((self.output, self.learning_rate, self.loss, self.draws))


def all_cells(params: Params) -> list[Cell]:
    """Every combination of what params.yaml lists."""
    return [Cell(*words) for words in product(*(getattr(params.explain, factor) for factor in FACTORS))]


def cell_settings(params: Params, cell: Cell) -> Settings:
    """Settings of a cell: Adam, the network `paper` but for its output, looked at on the way."""
    schedule = schedule_of(params, cell.learning_rate)
    settings = _settings(params, "paper", "adam", schedule, params.explain.seq_len, params.sweep.epochs)
    return replace(
        settings,
        output=cell.output,
        loss=cell.loss,
        draws=cell.draws,
        log_every=params.explain.log_every,
        probes=params.explain.probes,
    )


def final_choices(params: Params, chosen: Choices) -> dict[str, Any]:
    """What the final training takes: the user's value where there is one, else the sweep's winner."""
    given = {name: getattr(params, name) for name in SWEEPS}
    return {name: chosen[name] if value == "auto" else value for name, value in given.items()}


@dataclass(frozen=True)
class Plan:
    """How one of the networks is trained."""

    used: dict[str, Any]  # of what the sweeps choose, what is used: `SWEEPS`
    runs: list[Settings]  # a seed each


def plan_of(params: Params, network: str, chosen: Choices) -> Plan:
    """The final training of a network: as the sweeps chose, or in a way of its own where params.yaml says one.
    Raises UserError for an unknown network."""
    if network not in params.networks:
        raise UserError(f"params.yaml: networks.{network} is missing")
    own = params.networks[network].training
    if own:
        cosine = Cosine(own.rate, own.warm_up)
        settings = replace(
            _settings(params, network, own.optimizer, cosine, own.seq_len, own.epochs),
            draws="streams",
            layers=params.networks[network].layers,
            skips=params.networks[network].skips,
            batch=own.batch,
            transpose=own.transpose,
            log_every=own.log_every,
            threads=own.threads,
        )
        used = {"optimizer": own.optimizer, "learning_rate": "cosine", "seq_len": own.seq_len}
        return Plan(used, with_seeds(settings, range(params.seed, params.seed + own.seeds)))
    used = final_choices(params, chosen)
    schedule = schedule_of(params, used["learning_rate"])
    settings = _settings(params, network, used["optimizer"], schedule, used["seq_len"], params.train.epochs)
    return Plan(used, with_seeds(settings, params.all_seeds))


def with_seeds(settings: Settings, seeds: Iterable[int]) -> list[Settings]:
    """The same with each of the seeds, by an engine that can train it."""
    return [replace(trainable(settings), seed=seed) for seed in seeds]


def trainable(settings: Settings) -> Settings:
    """With torch.nn.LSTM in place of an engine that trains only what is as in the paper, and that cannot train this."""
    if settings.engine in ("compiled", "batched") and not settings.as_in_the_paper:
        return replace(settings, engine="torch")
    return settings


def _settings(
    params: Params, network: str, optimizer: Any, schedule: Schedule | Cosine, seq_len: Any, epochs: int
) -> Settings:
    engine, device = pick_engine(params.engine, params.device)
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
        engine=engine,
        device=device,
    )
