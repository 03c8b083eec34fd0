"""Loss curves, as points of a plot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from maestro_lstm.plumbing.tables import read_csv

COLUMNS = ("seed", "update", "loss", "smoothed", "learning_rate")
MOST = 100  # points per run: a smooth line in a small file


def read_curve(path: Path) -> pd.DataFrame:
    """The runs of one network, `run_cache.curve_rows`. Raises UserError, naming the file."""
    return read_csv(path, COLUMNS)


def read_curves(path: Path) -> dict[tuple[str, ...], pd.DataFrame]:
    """The runs of a sweep, by candidate. Raises UserError, naming the file."""
    table = read_csv(path, ("candidate", *COLUMNS), words=("candidate",))
    return {(str(candidate),): rows for candidate, rows in table.groupby("candidate", sort=False)}


def loss_points(curves: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    """The smoothed loss, in nats per symbol of the loss that was trained on: of each run the first and last point, and
    between them points evenly spaced in the logarithm.

    Args:
        curves: by setting, all seeds.
    """
    points = []
    for setting, table in curves.items():
        for seed, run in table.groupby("seed"):
            shown = np.unique(np.geomspace(1, len(run), MOST).round().astype(int)) - 1
            for _, point in run.iloc[shown].iterrows():
                place = {"setting": setting, "seed": seed, "update": int(point["update"])}
                points.append({**place, "loss": round(point["smoothed"], 4)})
    return points
