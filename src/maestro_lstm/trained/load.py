"""Any network that makes music, by its name or from its file.

load("performer").compose("mine.mid", seconds=60).save("out.mid")
"""

from pathlib import Path
from typing import Any

from maestro_lstm.export.soundfont.font import soundfont
from maestro_lstm.model.checkpoint import read_checkpoint
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.trained.network import TrainedNetwork
from maestro_lstm.trained.notes import NoteNetwork
from maestro_lstm.trained.symbols import SymbolNetwork

KINDS: dict[str, type[TrainedNetwork[Any]]] = {"symbols": SymbolNetwork, "performer": NoteNetwork}


def load(
    word: str | Path, *, name: str = "", font: str | Path | None = None, chord_seconds: float = 0.25
) -> TrainedNetwork[Any]:
    """A trained network: `performer` or `best`, which come with the package, or the file of one that you trained.

    Args:
        name: to sign its pieces with; its file's if not given, or its folder's where that is a seed's.
        font: a SoundFont (.sf2) to play on.
        chord_seconds: how long a note or chord of the 90 symbols sounds.

    Raises: UserError where there is no such network, or where the file is damaged or of a kind that makes no music.
    """
    path = network_file(str(word))
    checkpoint = read_checkpoint(path)
    kind = checkpoint.settings["kind"]
    if kind not in KINDS:
        raise UserError(f"{path} holds a network of {kind}, which makes no music")
    network = KINDS[kind].of_checkpoint(path, checkpoint)
    by_file = path.resolve().parent.name if path.stem.startswith("seed-") else path.stem
    return KINDS[kind](name or by_file, network, path, None if font is None else soundfont(str(font)), chord_seconds)
