"""Why the plateau? Ways to train, crossed: loss, optimizer and its learning rate, and where sequences begin."""

from dataclasses import astuple, dataclass, replace
from itertools import product

from maestro_lstm.params.params import Params
from maestro_lstm.plumbing.choices import Draws, LossSteps, OptimizerName, Output, ScheduleName
from maestro_lstm.study.paper import network_settings, schedule_of
from maestro_lstm.training.settings import Settings, with_seeds

# how tables name the factors; `loss` is a figure there
COLUMNS = ("output", "optimizer", "learning_rate", "loss_of", "draws")


@dataclass(frozen=True)
class Cell:
    """One way to train among those that `explain` crosses."""

    output: Output
    optimizer: OptimizerName
    learning_rate: ScheduleName
    loss: LossSteps
    draws: Draws

    @property
    def name(self) -> str:
        """Such as softmax-adam-constant-all-random."""
        return "-".join(astuple(self))

    def columns(self) -> dict[str, str]:
        """As the first cells of a row."""
        return dict(zip(COLUMNS, astuple(self), strict=True))


def cell_candidates(params: Params) -> dict[Cell, list[Settings]]:
    """Every cell with its runs, one per seed."""
    return {cell: with_seeds(cell_settings(params, cell), params.all_seeds) for cell in all_cells(params)}


def all_cells(params: Params) -> list[Cell]:
    """Every combination of what params.yaml lists."""
    asked = params.explain
    ways = [(optimizer, rate) for optimizer, rates in asked.optimizer.items() for rate in rates]
    return [
        Cell(output, *way, loss, draws)
        for output, way, loss, draws in product(asked.output, ways, asked.loss, asked.draws)
    ]


def cell_settings(params: Params, cell: Cell) -> Settings:
    """Settings of a cell: the network `paper` except for its output, probed during training."""
    schedule = schedule_of(params, cell.learning_rate)
    settings = network_settings(params, "paper", cell.optimizer, schedule, params.explain.seq_len, params.sweep.epochs)
    return replace(
        settings,
        output=cell.output,
        loss=cell.loss,
        draws=cell.draws,
        log_every=params.explain.log_every,
        probes=params.explain.probes,
    )
