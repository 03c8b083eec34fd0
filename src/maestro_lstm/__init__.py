"""MIDI to symbols or notes, networks that learn them, and back to music.

    import maestro_lstm as ml
    ml.load("performer").compose("mine.mid", seconds=60).save("out.mid")

A package is a noun, and none imports upward:

    plumbing <- corpus <- midi <- symbols, performances <- model <- training <- performer <- generation <- export
    evaluation <- pretrained <- trained <- web, cli        distances, params <- study <- reproduction, report <- stages
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from maestro_lstm.plumbing.errors import BadMidi, UserError
    from maestro_lstm.trained.load import load
    from maestro_lstm.trained.music import Music, Note
    from maestro_lstm.trained.network import Prediction, TrainedNetwork
    from maestro_lstm.training.loop import Training
    from maestro_lstm.training.note_task import NoteTask
    from maestro_lstm.training.schedules import Cosine, Schedule
    from maestro_lstm.training.settings import Settings
    from maestro_lstm.training.tasks import SymbolTask

# the public names, each imported when it is first used: `import maestro_lstm` takes no time
_WHERE = {
    "load": "trained.load",
    "Music": "trained.music",
    "Note": "trained.music",
    "Prediction": "trained.network",
    "TrainedNetwork": "trained.network",
    "UserError": "plumbing.errors",
    "BadMidi": "plumbing.errors",
    # to train by hand
    "Settings": "training.settings",
    "Schedule": "training.schedules",
    "Cosine": "training.schedules",
    "Training": "training.loop",
    "SymbolTask": "training.tasks",
    "NoteTask": "training.note_task",
}
__all__ = [  # as `_WHERE`; a type checker wants them spelled out
    "BadMidi",
    "Cosine",
    "Music",
    "Note",
    "NoteTask",
    "Prediction",
    "Schedule",
    "Settings",
    "SymbolTask",
    "TrainedNetwork",
    "Training",
    "UserError",
    "load",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"maestro_lstm has no {name}")
    return getattr(importlib.import_module(f"maestro_lstm.{_WHERE[name]}"), name)
