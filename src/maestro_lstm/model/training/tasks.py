"""What can be learned, and from what: a task plans a training's windows and makes the network and its engine."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.model.training.learners import Learner, learner_for
from maestro_lstm.model.training.probes import Probes
from maestro_lstm.model.training.schedules import lengths
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.windows import (
    Plain,
    Source,
    Starts,
    Transposed,
    check_seq_len,
    draw_starts,
    starts_in_order,
    updates_per_epoch,
)
from maestro_lstm.plumbing.arrays import mapped_file
from maestro_lstm.plumbing.sharing import is_shared


@dataclass(frozen=True)
class Course:
    """What several runs go through together."""

    lengths: npt.NDArray[np.int64]  # (n,) T of each update
    starts: Starts  # (R, n, B) where its sequences begin
    learner: Callable[[], Learner]
    probes: Probes | None = None


class Task(Protocol):
    def about(self) -> dict[str, Any]:
        """What a run depends on, beside its settings and the code."""

    def course(self, runs: Sequence[Settings]) -> Course:
        """Plan runs that are trained together. Raises UserError if the split does not hold one window."""


@dataclass(frozen=True)
class Symbols:
    """The next symbol."""

    ids: Ids  # (S,) the training split
    n_symbols: int  # V

    def about(self) -> dict[str, Any]:
        return {"data": hashlib.sha256(np.ascontiguousarray(self.ids).data).hexdigest(), "n_symbols": self.n_symbols}

    def course(self, runs: Sequence[Settings]) -> Course:
        one, source = runs[0], self.source(runs[0])
        check_seq_len(one.seq_len, len(source), "train", parts=one.parts)
        each = lengths_of(one, len(source))
        starts = np.stack([_starts(run, len(source), each) for run in runs])
        probes = None
        if one.probes and len(each):
            probes = Probes(source, self.n_symbols, one.seq_len, one.probes, len(each), one.log_every)
        return Course(each, starts, lambda: learner_for(source, self.n_symbols, runs), probes)

    def __reduce__(self) -> tuple[Any, ...]:
        """To another process as the name of the mapped file, if it sees that; else with its content."""
        file = mapped_file(self.ids)
        if file and is_shared(file):
            return _mapped, (file, self.n_symbols)
        return Symbols, (np.array(self.ids), self.n_symbols)

    def source(self, run: Settings) -> Source:
        """What a run's windows are cut from."""
        return Transposed(self.ids, run.epochs, run.transpose, run.seed) if run.transpose else Plain(self.ids)


def _mapped(file: Path, n_symbols: int) -> Symbols:
    return Symbols(load_ids(file), n_symbols)


def lengths_of(run: Settings, n_symbols: int) -> npt.NDArray[np.int64]:
    """T of each update of a run on this many symbols, (n,)."""
    epochs = 1 if run.transpose else run.epochs  # transposed, the symbols are those of all epochs
    whole = epochs * updates_per_epoch(n_symbols, run.seq_len, run.batch) * run.seq_len
    each = run.symbols // run.batch if run.symbols else whole  # symbols of each sequence's place
    return lengths(run.lengths, run.shortest, run.seq_len, each, run.lengths_up)


def _starts(run: Settings, n_symbols: int, lengths: npt.NDArray[np.int64]) -> Starts:
    """Where each of a run's windows begins, (n, B)."""
    if run.draws == "random":
        return draw_starts(n_symbols, run.seq_len, len(lengths), run.seed, run.batch)
    return starts_in_order(n_symbols, lengths, run.batch)
