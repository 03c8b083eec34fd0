"""The page that plays on, as a folder that opens from a file, from this machine's own server, or from any static host.

The network is a script of it: float16 in base64, with the settings and tables that it needs.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from maestro_lstm.export.sound import render, to_mp3
from maestro_lstm.model.checkpoint import load_performer, read_checkpoint
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import whole_folder, write_text
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import EDGES
from maestro_lstm.tokens.writing import to_midi

COLUMNS = 8  # the kernel's: every matrix has a multiple of so many


def weights_script(path: Path) -> str:
    """JavaScript that defines `MAESTRO.weights`. Raises UserError for a file that does not hold a performer, or one of
    sizes that the page cannot run."""
    settings, network = read_checkpoint(path).settings, load_performer(path)
    arrays, parts, at = {}, [], 0
    for name, value in network.state_dict().items():
        one = value.numpy().astype("<f2")
        if name.startswith(("layers", "seen", "beside", "says")) and one.ndim == 2 and one.shape[1] % COLUMNS:
            raise UserError(
                f"{path}: hidden and head must be multiples of {COLUMNS} for the page ({name}: {one.shape})"
            )
        arrays[name] = {"shape": one.shape, "at": at}
        parts.append(one.ravel())
        at += one.size
    about = {
        "settings": {"head": settings["head"], "hidden": settings["hidden"], "layers": settings["layers"]}
        | {"pedal": settings.get("pedal", "folded")},
        "edges": EDGES.tolist(),
        "arrays": arrays,
    }
    data = base64.b64encode(np.concatenate(parts).tobytes()).decode()
    return f'window.MAESTRO = {{weights: {json.dumps(about)}}};\nMAESTRO.weights.base64 = "{data}";\n'


PAGE = Path(__file__).with_name("live")
FILES = ("index.html", "style.css")  # and every script
FIRST, STEP, LAST = 21, 3, 108  # the keys that are recorded
SECONDS, HELD, VELOCITY = 4.0, 3.6, 100


def page_files() -> Iterator[Path]:
    """What every page has, whatever its network."""
    yield from (PAGE / name for name in FILES)
    yield from sorted(PAGE.glob("*.js"))


def write_page(network: Path, font: Path, target: Path) -> None:
    """Make the folder. Raises UserError for a file that does not hold a network that plays."""
    weights = weights_script(network)
    with whole_folder(target) as folder:
        for path in page_files():
            write_text(folder / path.name, path.read_text())
        write_text(folder / "weights.js", weights)
        write_text(folder / "samples.js", samples_script(font))


def samples_script(font: Path) -> str:
    """JavaScript that defines `MAESTRO.samples`: every third key of the piano in one MP3, one after the other."""
    pitches = np.arange(FIRST, LAST + 1, STEP, dtype=np.uint8)
    onset = SECONDS * np.arange(len(pitches), dtype=np.float64)
    notes = Performance(onset, onset + HELD, pitches, np.full(len(pitches), VELOCITY, np.uint8))
    sound = render(to_midi(notes), font).mean(axis=1, keepdims=True)
    about = {"first": FIRST, "step": STEP, "last": LAST, "seconds": SECONDS}
    data = base64.b64encode(to_mp3(sound)).decode()
    return f"window.MAESTRO = window.MAESTRO || {{}};\nMAESTRO.samples = {json.dumps({**about, 'base64': data})};\n"
