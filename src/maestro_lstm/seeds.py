"""The figures of several seeds → what they say together."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def over_seeds(runs: Sequence[Mapping[str, Any]], spread_of: str = "accuracy") -> dict[str, Any]:
    """Mean of each figure over the seeds; of one also standard deviation (of the sample; 0 for one seed), least and
    greatest. The runs themselves follow."""
    figures = {key: float(np.mean([run[key] for run in runs])) for key in runs[0] if key != "seed"}
    values = np.array([run[spread_of] for run in runs])
    figures[f"{spread_of}_std"] = float(values.std(ddof=1)) if len(runs) > 1 else 0.0
    figures[f"{spread_of}_min"], figures[f"{spread_of}_max"] = float(values.min()), float(values.max())
    return {**{key: round(value, 4) for key, value in figures.items()}, "seeds": len(runs), "runs": list(runs)}
