"""Made performances and small networks that play, for tests."""

from pathlib import Path

import numpy as np
import torch
from torch import nn

from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.model.performer import Performer
from maestro_lstm.plumbing.choices import LookSize, PedalRule
from maestro_lstm.pretrained.networks import export
from maestro_lstm.tokens.columns import Performances, open_performances, write_performances
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import CLASSES
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings

SETTINGS = Settings(
    hidden=16,
    output="logits",
    optimizer="muon",
    schedule=Cosine(0.01, 0.1),
    seq_len=8,
    epochs=2,
    seed=3,
    log_every=4,
    engine="torch",
    draws="streams",
    layers=2,
    batch=3,
    transpose=4,
    kind="performer",
    head=12,
    stretch=0.05,
)


def made(seed: int, notes: int, seconds: float = 30.0) -> Performance:
    """Notes at random."""
    random = np.random.default_rng(seed)
    onset = np.sort(random.random(notes)) * seconds
    release = onset + random.random(notes) * 2
    pitch = random.integers(30, 100, notes).astype(np.uint8)
    return Performance(onset, release, pitch, random.integers(1, 128, notes).astype(np.uint8))


def corpus(folder: Path, sizes: tuple[int, ...] = (50, 33, 64, 7)) -> Performances:
    """A split of made pieces."""
    write_performances(folder, [made(k, size) for k, size in enumerate(sizes)])
    return open_performances(folder)


def network(
    hidden: int = 16,
    seed: int = 0,
    spread: float = 2.0,
    pedal: bool = False,
    head: int = 12,
    look: LookSize | None = None,
) -> Performer:
    """An untrained network whose distributions are not flat, and whose notes are short and close together."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        made = Performer(hidden, 2, head, pedal, look=look)
    for weight in made.parameters():
        weight.data.mul_(spread)
    for head, fall in ((0, 0.1), (3, 0.05)):
        says(made, head).bias.data[:CLASSES] -= fall * torch.arange(CLASSES)
    return made.eval()


def says(player: Performer, field: int) -> nn.Linear:
    """The last layer of a head."""
    layer = player.says[field]
    assert isinstance(layer, nn.Linear)
    return layer


def exported_network(path: Path, pedal: PedalRule = "folded", look: LookSize | None = None) -> Path:
    """The file of a small network that the page can run."""
    weights = dict(network(16, head=16, pedal=pedal == "events", look=look).state_dict())
    export(Checkpoint(weights, {**SETTINGS.as_dict(), "head": 16, "pedal": pedal}), path, {})
    return path
