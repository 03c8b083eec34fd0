"""What a setting may say, for params.yaml and for the code that acts on it."""

from typing import Literal

EngineName = Literal["scratch", "torch", "compiled", "batched"]
OptimizerName = Literal["sgd", "adagrad", "adam", "muon"]
Output = Literal["softmax", "logits"]  # what the cross entropy is given
LossSteps = Literal["all", "first"]  # whose loss the optimizer is given, of a sequence
# Where sequences begin. streams: one after the other, as many side by side as an update has, the state carried over.
Draws = Literal["random", "in_order", "streams"]
LengthName = Literal["constant", "growing", "cyclical"]  # of the sequences, over the updates
ScheduleName = Literal["constant", "cyclical"]
Part = Literal["nothing", "muon", "skips", "layers", "streams", "transposition"]  # of the best network's training
Rule = Literal["paper", "clean"]  # how notes become chords, `chords.py`
