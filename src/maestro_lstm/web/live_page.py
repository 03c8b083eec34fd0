"""The page that plays on, as a folder that opens from a file, from this machine's own server, or from any static host.

The network is a script of it: float16 in base64, with the settings and tables that it needs.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np

from maestro_lstm.export.sound import RATE, Sound, render, to_mp3
from maestro_lstm.model.checkpoint import load_performer, read_checkpoint
from maestro_lstm.model.look import SIZE, size_in
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import whole_folder, write_bytes
from maestro_lstm.tokens.performance import Performance
from maestro_lstm.tokens.quantize import EDGES
from maestro_lstm.tokens.writing import to_midi

COLUMNS = 8  # the kernel's: every matrix has a multiple of so many


def weights_script(path: Path) -> str:
    """JavaScript that defines `MAESTRO.weights`. Raises UserError for a file that does not hold a performer, or one of
    sizes that the page cannot run."""
    settings, network = read_checkpoint(path).settings, load_performer(path)
    arrays, parts, at = {}, [], 0
    weights = network.state_dict()
    look = size_in(weights)
    for name, value in weights.items():
        if name == SIZE:
            continue  # a setting, below
        one = value.numpy().astype("<f2")
        if name.startswith(("layers", "look", "seen", "beside", "says")) and one.ndim == 2 and one.shape[1] % COLUMNS:
            raise UserError(
                f"{path}: hidden, head and the width of a look must be multiples of {COLUMNS} for the page ({name}: "
                f"{one.shape})"
            )
        arrays[name] = {"shape": one.shape, "at": at}
        parts.append(one.ravel())
        at += one.size
    about = {
        "settings": {"head": settings["head"], "hidden": settings["hidden"], "layers": settings["layers"]}
        | {"pedal": settings.get("pedal", "folded")}
        | ({"look": asdict(look)} if look else {}),
        "edges": EDGES.tolist(),
        "arrays": arrays,
    }
    data = base64.b64encode(np.concatenate(parts).tobytes()).decode()
    return f'window.MAESTRO = {{weights: {json.dumps(about)}}};\nMAESTRO.weights.base64 = "{data}";\n'


PAGE = Path(__file__).with_name("live")
FILES = ("index.html", "style.css")  # and every script
FIRST, STEP, LAST, VELOCITY = 21, 3, 108, 100  # the keys that are recorded
# Seconds: a key is held for as long as the page lets any note sound (sound.js), at the speed of the key above it; what
# follows when it is softer than this share of its loudest is left out, and a pause divides it from the next.
HELD, LEAST, PAUSE, FADE = 8.6, 0.003, 0.05, 0.02


def page_files() -> Iterator[Path]:
    """What every page has, whatever its network."""
    yield from (PAGE / name for name in FILES)
    yield from sorted(PAGE.glob("*.js"))


def page(network: Path, font: Path) -> Iterator[tuple[str, bytes]]:
    """The page's files, by their names. Raises UserError for a file that does not hold a network that plays."""
    yield "weights.js", weights_script(network).encode()
    yield "samples.js", samples_script(font).encode()
    for path in page_files():
        yield path.name, path.read_bytes()


def write_page(network: Path, font: Path, target: Path) -> None:
    """Make the folder, or make it again. Raises UserError as `page` does, and for a folder with other files in it."""
    files = dict(page(network, font))
    if target.exists() and not target.is_dir():
        raise UserError(f"{target} is a file, not a folder")
    strange = sorted(path.name for path in target.glob("*") if path.name not in files and path.name[0] != ".")
    if strange:
        raise UserError(f"{target} holds {strange[0]}, which is not the page's: give another name, or take it out")
    with whole_folder(target) as folder:
        for name, data in files.items():
            write_bytes(folder / name, data)


@cache
def samples_script(font: Path) -> str:
    """JavaScript that defines `MAESTRO.samples`: every third key of the piano in one MP3, one after the other."""
    pitches = np.arange(FIRST, LAST + 1, STEP, dtype=np.uint8)
    onset = (HELD + 1) * np.arange(len(pitches), dtype=np.float64)
    notes = Performance(onset, onset + HELD + 0.5, pitches, np.full(len(pitches), VELOCITY, np.uint8))
    sound = render(to_midi(notes), font).mean(axis=1)
    keys = [_audible(sound[round(at * RATE) : round((at + HELD) * RATE)]) for at in onset]
    parts = [np.append(key, np.zeros(round(PAUSE * RATE), key.dtype)) for key in keys]
    lengths = np.array([len(key) for key in keys]) / RATE
    starts = np.cumsum([0, *map(len, parts)])[:-1] / RATE
    data = base64.b64encode(to_mp3(np.concatenate(parts)[:, None])).decode()
    about = {"first": FIRST, "step": STEP, "starts": starts.round(5).tolist(), "lengths": lengths.round(5).tolist()}
    return f"window.MAESTRO = window.MAESTRO || {{}};\nMAESTRO.samples = {json.dumps({**about, 'base64': data})};\n"


def _audible(sound: Sound) -> Sound:
    """A key, (N,), up to where it is too soft to be heard; faded out there."""
    loud = np.flatnonzero(np.abs(sound) > LEAST * np.abs(sound).max(initial=0))
    fade = round(FADE * RATE)
    key = sound[: max(int(loud[-1]) + 1 if len(loud) else 0, fade)].copy()
    key[-fade:] *= np.linspace(1, 0, fade, dtype=key.dtype)
    return key
