"""A split's performances as columns in a folder: NumPy files that are mapped into memory, not read into it."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib.format import write_array_header_1_0

from maestro_lstm.plumbing.errors import NotMade
from maestro_lstm.plumbing.files import damaged
from maestro_lstm.tokens.events import to_events
from maestro_lstm.tokens.performance import PEDAL_UP, Performance
from maestro_lstm.tokens.quantize import quantize

COLUMNS = {"onset": "<f8", "release": "<f8", "pitch": "u1", "velocity": "u1"}
BOUNDS = "bounds"


@dataclass(frozen=True)
class Performances:
    """The performances of a split, end to end."""

    columns: dict[str, npt.NDArray[Any]]  # (R,) each, as in `Performance`
    bounds: npt.NDArray[np.int64]  # (P + 1,) piece k is rows bounds[k] to bounds[k + 1]

    def __len__(self) -> int:
        """Pieces."""
        return len(self.bounds) - 1

    def __iter__(self) -> Iterator[Performance]:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, k: int) -> Performance:
        part = slice(*self.bounds[k : k + 2].tolist())
        return Performance(**{name: column[part] for name, column in self.columns.items()})


def write_performances(folder: Path, performances: Iterable[Performance]) -> None:
    """Write a split's folder, one piece at a time: the corpus need not fit into memory."""
    folder.mkdir(parents=True)
    bounds = [0]
    with ExitStack() as stack:
        files = {name: stack.enter_context((folder / f"{name}.npy").open("wb")) for name in COLUMNS}
        for name, file in files.items():
            _write_header(file, COLUMNS[name], 0)
        for one in performances:
            bounds.append(bounds[-1] + len(one))
            for name, file in files.items():
                file.write(getattr(one, name).astype(COLUMNS[name]).tobytes())
        for name, file in files.items():  # now that the length is known
            file.seek(0)
            _write_header(file, COLUMNS[name], bounds[-1])
    np.save(folder / f"{BOUNDS}.npy", np.array(bounds, "<i8"))


def _write_header(file: IO[bytes], kind: str, length: int) -> None:
    """NumPy leaves room in a header for the array to grow."""
    write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": (length,)})


def open_performances(folder: Path) -> Performances:
    """Map a split's folder. Raises UserError, naming the file, where one is missing or damaged."""
    columns = {name: _open(folder / f"{name}.npy", kind) for name, kind in COLUMNS.items()}
    bounds = _open(folder / f"{BOUNDS}.npy", "<i8")
    ends = [len(column) for column in columns.values()]
    if not len(bounds) or bounds[0] or (np.diff(bounds) < 0).any() or set(ends) != {int(bounds[-1])}:
        raise damaged(folder, "its columns are not of one length")
    return Performances(columns, np.array(bounds))


def _open(path: Path, kind: str) -> npt.NDArray[Any]:
    try:
        column: npt.NDArray[Any] = np.load(path, mmap_mode="r")
    except FileNotFoundError:
        raise NotMade(f"{path} is missing") from None
    except (ValueError, OSError, EOFError) as error:
        raise damaged(path, error) from None
    if column.dtype != np.dtype(kind) or column.ndim != 1:
        raise damaged(path, f"it holds {column.dtype} in {column.ndim} dimensions")
    return column


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
