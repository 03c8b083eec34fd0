"""What a folder of performances holds."""

from pathlib import Path
from typing import Any

import numpy as np

from maestro_lstm.performances.columns import open_performances
from maestro_lstm.performances.events import to_events
from maestro_lstm.performances.performance import PEDAL_UP
from maestro_lstm.performances.quantize import quantize


def counts(folder: Path, split: str) -> dict[str, Any]:
    """Counts of a split: pieces, notes, crossings of the pedal, 388 events (none where the pedal has rows), hours."""
    pieces = open_performances(folder)
    pedal = int((pieces.columns["pitch"] >= PEDAL_UP).sum())
    return {
        "split": split,
        "pieces": len(pieces),
        "notes": int(pieces.bounds[-1]) - pedal,
        "pedal": pedal,
        "events": "" if pedal else sum(len(to_events(quantize(piece))) for piece in pieces),
        "hours": round(sum(float(np.max(piece.release)) for piece in pieces) / 3600, 2),
    }
