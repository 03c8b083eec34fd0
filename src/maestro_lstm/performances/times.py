"""Times as classes: every step up to one second, then classes 5 % wider each, in which a time is anywhere alike."""

import numpy as np

EXACT = 100  # steps; each up to here is a class of its own
GROWTH = 1.05
LONGEST = 65_535  # steps, eleven minutes; a longer pause or note is cut to it


def _edges() -> list[int]:
    edges = list(range(EXACT + 2))
    while edges[-1] <= LONGEST:
        edges.append(min(max(edges[-1] + 1, round(edges[-1] * GROWTH)), LONGEST + 1))
        if edges[-1] == LONGEST + 1:
            break
    return edges


EDGES = np.array(_edges())  # (C + 1,) class c holds the steps from EDGES[c] up to, and without, EDGES[c + 1]
WIDTH = np.diff(EDGES)  # (C,) steps
CLASSES = len(WIDTH)
CLASS_OF = np.repeat(np.arange(CLASSES), WIDTH).astype(np.uint8)  # (LONGEST + 1,) the class of every time

assert CLASSES <= 250
