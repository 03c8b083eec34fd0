"""A network that plays as a script for the page: float16 in base64, with the settings and tables that it needs."""

import base64
import json
from pathlib import Path

import numpy as np

from maestro_lstm.model.checkpoint import read_checkpoint
from maestro_lstm.performances.times import EDGES
from maestro_lstm.performer.checkpoint import load_performer
from maestro_lstm.plumbing.errors import UserError

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
