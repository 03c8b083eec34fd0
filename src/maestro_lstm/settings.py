"""All that determines a training run, given the data and the code."""

from dataclasses import asdict, dataclass
from typing import Any

from maestro_lstm.choices import Draws, EngineName, LengthName, LossSteps, OptimizerName, Output
from maestro_lstm.schedules import Cosine, Schedule

# told only where they are not the default: a setting that is added leaves what was trained without it as it was
ADDED = (
    "loss",
    "draws",
    "probes",
    "layers",
    "batch",
    "lengths",
    "shortest",
    "lengths_up",
    "symbols",
    "transpose",
    "threads",
    "skips",
)


@dataclass(frozen=True)
class Settings:
    """One run."""

    hidden: int
    output: Output
    optimizer: OptimizerName
    schedule: Schedule | Cosine
    seq_len: int  # T, symbols; the longest, where it is scheduled
    epochs: int
    seed: int  # of the initial weights and of the draws
    log_every: int = 1000  # updates between points of the curve
    smoothing: float = 0.999  # of the loss, per update
    engine: EngineName = "compiled"
    device: str = "cpu"
    loss: LossSteps = "all"  # first: as in the authors' early code
    draws: Draws = "random"
    probes: int = 0  # looks at the network on the way, `probes.py`
    layers: int = 1
    batch: int = 1  # sequences an update
    lengths: LengthName = "constant"
    shortest: int = 0  # T at its shortest, where it is scheduled
    lengths_up: int = 0  # updates from shortest to longest, where it is cyclical
    symbols: int = 0  # to be trained on, in place of epochs; 0: epochs say it
    transpose: int = 0  # each piece of each epoch by at most so many semitones up or down, the pieces in a random order
    skips: bool = False  # from the symbols to every layer and from every layer to the output
    threads: int = 1  # cores that share an update's arithmetic; with another number other last bits

    @property
    def as_in_the_paper(self) -> bool:
        """One layer, one sequence of T an update, from a zero state, by one of the paper's optimizers: what `compiled`
        and `batched` can train."""
        alike = (self.layers, self.batch, self.lengths, self.transpose) == (1, 1, "constant", 0)
        return alike and self.draws != "streams" and self.optimizer != "muon"

    @property
    def parts(self) -> int:
        """Into how many equal parts the training split is cut."""
        return 1 if self.draws == "random" else self.batch

    @property
    def trained_steps(self) -> int:
        """Symbols of a sequence that have a part in its gradient. The state is zero before each sequence, so that the
        loss of the first step is that of a sequence of one."""
        return self.seq_len if self.loss == "all" else 1

    def told(self) -> dict[str, Any]:
        """As a file holds them."""
        added = {name: getattr(Settings, name) for name in ADDED}  # and their defaults
        return {name: value for name, value in asdict(self).items() if name not in added or value != added[name]}
