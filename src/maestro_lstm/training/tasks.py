"""What can be learned, and from what: a task plans a run's windows and makes its engine."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.arrays import mapped_file
from maestro_lstm.plumbing.sharing import is_shared
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.relabel import names_of_next, relabelled
from maestro_lstm.tokens.vocabulary import SYMBOLS, Ids
from maestro_lstm.training.engines import Engine, engine_for
from maestro_lstm.training.probes import Probes
from maestro_lstm.training.schedules import lengths
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.windows import (
    Plain,
    Source,
    Starts,
    Transposed,
    check_seq_len,
    draw_starts,
    starts_in_order,
    updates_per_epoch,
)


@dataclass(frozen=True)
class BatchPlan:
    """What a run goes through."""

    lengths: npt.NDArray[np.int64]  # (n,) T of each update
    starts: Starts  # (n, B) where its sequences begin
    engine: Callable[[], Engine]
    probes: Probes | None = None


class Task(Protocol):
    def about(self) -> dict[str, Any]:
        """What a run depends on, beside its settings and the code."""

    def plan(self, run: Settings) -> BatchPlan:
        """Plan a run. Raises UserError if the split does not hold one window."""


@dataclass(frozen=True)
class SymbolTask:
    """The next symbol."""

    ids: Ids  # (S,) the training split
    n_symbols: int  # V

    @classmethod
    def of_file(cls, split: Path) -> "SymbolTask":
        """Of an encoded split. Raises UserError, naming the file, where it is missing or damaged."""
        return cls(load_ids(split), len(SYMBOLS))

    def about(self) -> dict[str, Any]:
        return {"data": hashlib.sha256(np.ascontiguousarray(self.ids).data).hexdigest(), "n_symbols": self.n_symbols}

    def plan(self, run: Settings) -> BatchPlan:
        source, n_symbols = self.source(run), self.n_symbols + names_of_next(run.next_kept)
        check_seq_len(run.seq_len, len(source), "train", parts=run.parts)
        each = lengths_of(run, len(source))
        probes = None
        if run.probes and len(each):
            probes = Probes(source, n_symbols, run.seq_len, run.probes, len(each), run.log_every)
        starts = _starts(run, len(source), each)
        return BatchPlan(each, starts, lambda: engine_for(source, n_symbols, run), probes)

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process as the name of the mapped file, if it sees that; else with its content."""
        file = mapped_file(self.ids)
        if file and is_shared(file):
            return _mapped, (file, self.n_symbols)
        return SymbolTask, (np.array(self.ids), self.n_symbols)

    def source(self, run: Settings) -> Source:
        """What a run's windows are cut from."""
        if run.transpose:
            return Transposed(self.ids, run.epochs, run.transpose, run.seed)
        return Plain(relabelled(self.ids, run.next_kept, self.n_symbols))


def _mapped(file: Path, n_symbols: int) -> SymbolTask:
    return SymbolTask(load_ids(file), n_symbols)


def lengths_of(run: Settings, n_symbols: int) -> npt.NDArray[np.int64]:
    """T of each update of a run on this many symbols, (n,)."""
    epochs = 1 if run.transpose else run.epochs  # transposed, the symbols are those of all epochs
    whole = epochs * updates_per_epoch(n_symbols, run.seq_len, run.batch) * run.seq_len
    each = run.symbols // run.batch if run.symbols else whole  # symbols of each sequence's place
    return lengths(run.lengths, run.shortest, run.seq_len, each, run.lengths_up)


def _starts(run: Settings, n_symbols: int, lengths: npt.NDArray[np.int64]) -> Starts:
    """Where each of a run's windows begins, (n, B)."""
    if run.draws == "random":
        starts = draw_starts(n_symbols, run.seq_len, len(lengths), run.seed, run.batch)
        if run.redrawn:  # a branch: the same training up to there
            others = np.random.SeedSequence([run.seed, run.redrawn])
            starts[run.redrawn_at :] = draw_starts(n_symbols, run.seq_len, len(lengths), others, run.batch)[
                run.redrawn_at :
            ]
        return starts
    return starts_in_order(n_symbols, lengths, run.batch)
