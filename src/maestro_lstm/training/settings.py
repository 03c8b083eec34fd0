"""Everything that determines a training run, given the data and the code."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from maestro_lstm.model.device import fast_precision
from maestro_lstm.plumbing.choices import (
    COMPILED,
    Draws,
    EngineName,
    LengthName,
    LookSize,
    LossSteps,
    NetworkKind,
    OptimizerName,
    Output,
    PedalRule,
    Precision,
)
from maestro_lstm.plumbing.errors import BadSetting
from maestro_lstm.training.schedules import Cosine, Schedule


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
    # Later ones. At their defaults they are left out of files, so that one more changes no run that was made before.
    loss: LossSteps = "all"  # first: as in the authors' early code
    draws: Draws = "random"
    probes: int = 0  # looks at the network during training, probes.py
    layers: int = 1
    batch: int = 1  # sequences an update
    lengths: LengthName = "constant"
    shortest: int = 0  # T at its shortest, where it is scheduled
    lengths_up: int = 0  # updates from shortest to longest, where it is cyclical
    symbols: int = 0  # to train on, instead of `epochs`; 0: `epochs` decides
    transpose: int = 0  # each piece of each epoch by at most this many semitones, the pieces in random order
    skips: bool = False  # from the symbols to every layer and from every layer to the output
    kind: NetworkKind = "symbols"
    head: int = 0  # of the performer: width of a head
    dropout: float = 0.0  # share of a layer's outputs that an update sets to zero
    weight_decay: float = 0.0  # share of every weight that an update takes away, times the rate
    stretch: float = 0.0  # each piece of each epoch by at most this share of its time
    pedal: PedalRule = "folded"
    precision: Precision = "float32"
    epsilon: float = 1e-8  # Adam's: added to the root of the mean square of a gradient
    loss_scale: float = 1.0  # a factor on the loss, and so on its gradient; losses are told without it
    sharpness: float = 1.0  # a factor on the softmax that the cross entropy is given in place of scores
    next_kept: float = 1.0  # the share of `<NEXT>` that is called so, tokens/relabel.py
    redrawn_at: int = 0  # the update after which sequences are drawn from `redrawn`
    redrawn: int = 0  # a seed; 0: `seed` throughout
    look: LookSize | None = None  # how the network looks back, look.py
    averaging: float = 0.0  # the network is an exponential mean of the weights: how much an update keeps of it
    sounds: bool = False  # whether a network of events sees what sounds, as the performer does
    threads: int = 1  # cores that share an update's arithmetic; another number gives other last bits

    @property
    def fits_compiled(self) -> bool:
        """Whether `compiled` can train it: one layer, one sequence of T per update, from a zero state, by one of the
        paper's optimizers, in float32."""
        alike = (self.layers, self.batch, self.lengths, self.transpose) == (1, 1, "constant", 0)
        plain = self.draws != "streams" and not self.weight_decay and self.precision != "float64"
        plain = plain and self.look is None and not self.averaging
        return self.kind == "symbols" and alike and plain and self.optimizer in COMPILED

    @property
    def divisible(self) -> int:
        """Sequences of an update that processes can share; 1 where they cannot."""
        return self.batch if self.engine in ("scratch", "torch") else 1

    @property
    def parts(self) -> int:
        """The number of equal parts the training split is cut into."""
        return 1 if self.draws == "random" else self.batch

    @property
    def trained_steps(self) -> int:
        """Symbols of a sequence that contribute to its gradient. The state is zero before each sequence, so the loss of
        the first step is that of a sequence of one."""
        return self.seq_len if self.loss == "all" else 1

    def check(self) -> None:
        """Raise BadSetting for a setting that would do nothing: another run would be made, and be the same."""
        nothing = {
            "epsilon": self.optimizer != "adam",
            "sharpness": self.output != "softmax" or self.kind != "symbols",
            "next_kept": self.kind != "symbols",
            "redrawn": self.draws != "random" or self.kind != "symbols",
            "redrawn_at": not self.redrawn,
            "sounds": self.kind != "events",
            "dropout": self.kind == "symbols",
        }
        for name, does_nothing in nothing.items():
            plain = getattr(Settings, name)
            if does_nothing and getattr(self, name) != plain:
                raise BadSetting(f"{name}: it does nothing here, leave it at {plain!r}")
        if self.precision == "float64" and self.kind != "symbols":
            raise BadSetting("precision: float64 is for networks of symbols")
        if self.next_kept != 1 and self.transpose:
            raise BadSetting("next_kept: the symbols of transposed music keep their names")

    def as_dict(self) -> dict[str, Any]:
        """As files hold them."""
        names = [field.name for field in fields(self)]
        default = {name: getattr(Settings, name) for name in names[names.index("device") + 1 :]}
        return {name: value for name, value in asdict(self).items() if name not in default or value != default[name]}


def with_seeds(settings: Settings, seeds: Iterable[int]) -> list[Settings]:
    """The same settings with each of the seeds."""
    return [replace(settings, seed=seed) for seed in seeds]


def placed(settings: Settings, engine: EngineName, device: str) -> Settings:
    """The same run on an engine and device, in the precision of the place; on torch.nn.LSTM where the engine cannot
    train it."""
    if engine == "compiled" and not settings.fits_compiled:
        engine = "torch"
    precision = fast_precision(device) if settings.precision == "auto" else settings.precision
    if precision == "tf32" and device == "cpu":
        precision = "float32"
    return replace(settings, engine=engine, device=device, precision=precision)
