"""The values that settings can take, for params.yaml and for the code that acts on them."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A typed group of settings: no key too many, no text for a number."""

    # strict: "0.001" is text, and True is not 1; forbid: a misspelt key is an error, not a default
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


EngineName = Literal["scratch", "torch", "compiled"]
OptimizerName = Literal["sgd", "adagrad", "adam", "muon"]
COMPILED: tuple[OptimizerName, ...] = ("sgd", "adagrad", "adam")  # the paper's, model/optimizers.py
DECAYING: tuple[OptimizerName, ...] = ("adam", "muon")  # those that take a weight_decay
Output = Literal["softmax", "logits"]  # what the cross entropy is given
LossSteps = Literal["all", "first"]  # of a sequence: whose loss the optimizer sees
# Where sequences begin. streams: one after another, one stream per sequence of an update, the state carried over.
Draws = Literal["random", "in_order", "streams"]
LengthName = Literal["constant", "growing", "cyclical"]  # of the sequences, over the updates
ScheduleName = Literal["constant", "cyclical"]
Part = Literal["nothing", "skips", "layers", "streams", "transposition", "decay"]  # of how `best` is trained
Rule = Literal["paper", "sorted", "clean"]  # how notes become chords, tokens/chord_rule.py
TrainedKind = Literal["symbols", "performer", "events"]  # model/{network,performer,event_network}.py
NetworkKind = TrainedKind | Literal["transformer"]  # model/note_transformer.py: only to compare with
Vocabulary = Literal["symbols", "performances"]
VOCABULARY_OF: dict[NetworkKind, Vocabulary] = {
    "symbols": "symbols",
    "performer": "performances",
    "transformer": "performances",
    "events": "performances",
}
# of a training's products; auto: the fastest that digits allow; tf32: float32 with ten bits of mantissa, on a GPU
NetworkPrecision = Literal["auto", "float32", "tf32", "bfloat16"]
Precision = NetworkPrecision | Literal["float64"]  # for what hangs on the last bits
PedalRule = Literal["folded", "events"]  # performances: in the releases, or as rows of its own
LONGEST_MEMORY = 1 << 16  # rows


@dataclass(frozen=True)
class LookSize:
    """How a network looks back, model/look.py.

    Attributes:
        heads: N.
        width: D, of each.
        memory: M, rows.
    """

    heads: int
    width: int
    memory: int

    @property
    def whole(self) -> int:
        """W, the width of all heads."""
        return self.heads * self.width
