"""What a setting may say, for params.yaml and for the code that acts on it."""

from typing import Literal

EngineName = Literal["scratch", "torch", "compiled", "batched"]
OptimizerName = Literal["sgd", "adagrad", "adam"]
Output = Literal["softmax", "logits"]  # what the cross entropy is given
LossSteps = Literal["all", "first"]  # whose loss the optimizer is given, of a sequence
Draws = Literal["random", "in_order"]  # where sequences begin
ScheduleName = Literal["constant", "cyclical"]
