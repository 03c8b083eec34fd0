"""The loss curves of trainings under way, as a csv file that grows: `dvc plots show` and editors draw it meanwhile.

Trainings side by side share the file: each adds whole lines at its end. One of them, the leader, begins the file with
its first point, so that a training which cannot start leaves the last one's curve as it was. The table that a stage
writes at the end has every point, also of a training that ended before the leader began.
"""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from maestro_lstm.training.loop import Point, Training

HEAD = ("seed", *(field.name for field in fields(Point)))
Row = dict[str, Any]


@dataclass(frozen=True)
class LiveCurve:
    """Where a training's points go."""

    path: Path
    kept: tuple[Row, ...] = ()  # of runs that are trained already: the file begins with them
    before: int = 0  # the inode of the file that was there, of another training
    leads: bool = True

    def following(self) -> "LiveCurve":
        """The same for a training that does not lead."""
        return replace(self, kept=(), leads=False)

    @property
    def begun(self) -> bool:
        return _inode(self.path) not in (0, self.before)

    def begin(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_name(f".{self.path.name}.begun")
        new.write_text(",".join(HEAD) + "\n" + _lines(self.kept))
        new.replace(self.path)

    def add(self, rows: Iterable[Row]) -> None:
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, _lines(rows).encode())  # one call: lines of two trainings do not mix
        finally:
            os.close(file)


def live_curve(path: Path, kept: Iterable[Row]) -> LiveCurve:
    """From now on."""
    return LiveCurve(path, tuple(kept), _inode(path))


def added_to(file: LiveCurve, training: Training, steps: Iterable[int]) -> Iterator[int]:
    """The steps of a training; its points are added as they come, those of before a stop with the first."""
    curve, written = training.progress.curve, 0
    for done in steps:
        if file.leads and not file.begun:
            file.begin()
        if file.begun:
            file.add({"seed": training.run.seed, **asdict(point)} for point in curve[written:])
            written = len(curve)
        yield done


def _inode(path: Path) -> int:
    return path.stat().st_ino if path.exists() else 0


def _lines(rows: Iterable[Row]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, HEAD, lineterminator="\n").writerows(rows)
    return text.getvalue()
