"""What held-out pieces share with the training split, and with other performances of their work, as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from maestro_lstm.plumbing.tables import markdown


def leakage_as_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """The median and the highest of each figure, in Markdown."""
    cells = []
    for (split, other), own in pd.DataFrame(rows).groupby(["split", "with"], sort=False):
        median, most = own[["nearest", "found", "longest"]].median(), own[["nearest", "found", "longest"]].max()
        name = "the training split" if other == "train" else "other performances of its work in its split"
        cells.append(
            [f"{split}, with {name}", str(len(own))]
            + [f"{median[key]:.2f} %, {most[key]:.1f} %" for key in ("nearest", "found")]
            + [f"{median['longest']:.0f}, {most['longest']:.0f}"]
        )
    head = ("a piece of", "pieces", "strings shared with the nearest file: median, highest", "found in any")
    return markdown((*head, "longest passage, notes"), cells)
