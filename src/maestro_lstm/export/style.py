"""The style of all pictures: safe for colour-blind readers and for print, and the same bytes each time (SVG)."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE: Any = {
    "svg.hashsalt": "maestro-lstm",  # the same bytes each time
    "font.size": 10.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
# Okabe and Ito's palette (2008), and marks for print
GROUPS = (("#0072B2", "o"), ("#E69F00", "s"), ("#009E73", "^"), ("#CC79A7", "D"), ("#56B4E9", "v"), ("#000000", "x"))


@contextmanager
def drawn(
    width: float, panels: int, sharey: bool = False, height: float = 3.2
) -> Iterator[tuple[Figure, list[Axes], io.BytesIO]]:
    """Panels side by side; the bytes are filled when the block ends."""
    file = io.BytesIO()
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False, sharey=sharey)[0]
        yield figure, list(axes), file
        figure.savefig(file, format="svg", metadata={"Date": None})
