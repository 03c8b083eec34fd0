"""The files of a corpus, read split by split on all cores or on a cluster. A bad file is skipped, named and counted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from maestro_lstm.corpus.index import Piece, Split
from maestro_lstm.midi.notes import read_bytes
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.plumbing.progress import progress

BATCH = 25  # files sent to a cluster worker at a time, about 2 MB
R = TypeVar("R")  # what a file is read to


@dataclass(frozen=True)
class Read(Generic[R]):
    """One file: what it is read to, or why it is not."""

    piece: Piece
    content: R | None
    problem: str = ""


def read_file(piece: Piece, data: bytes | BadMidi, read: Callable[..., R], *how: Any) -> Read[R]:
    """Read one file's content, or record why that failed. Never raises for what the file holds.

    Args:
        read: from the content, a name for messages, and `how`; raises BadMidi.
    """
    try:
        if isinstance(data, BadMidi):
            raise data
        return Read(piece, read(data, piece.file, *how))
    except BadMidi as error:
        return Read(piece, None, str(error))


class Files(Generic[R]):
    """The files of an index; nothing is kept of one that has been passed on.

    Args:
        max_bad: the share of files (0 to 1) that may be unreadable.
        read, how: as in `read_file`.
    """

    def __init__(
        self, folder: Path, pieces: Sequence[Piece], max_bad: float, read: Callable[..., R], *how: Any
    ) -> None:
        self.folder, self.pieces, self.max_bad = folder, pieces, max_bad
        self.how = (read, *how)
        self.bad: dict[Piece, str] = {}  # what could not be read, and why

    def of(self, split: Split) -> Iterator[R]:
        """Read a split's files, in the order of the index; those that can be read.

        Raises: UserError if too many files of the corpus cannot be, or none of this split; the message names the first.
        """
        own = [piece for piece in self.pieces if piece.split == split]
        # read here: a cluster worker need not have the folder
        jobs = ((piece, content_of(self.folder, piece.file), *self.how) for piece in own)
        # threads are enough: each waits for a guarded process that does the work
        done = parallel_map(read_file, jobs, ordered=True, batch=BATCH, threads=True)
        for one in progress(done, f"read {split}", len(own), "file"):
            if one.content is None:
                self.bad[one.piece] = one.problem
                self._refuse_too_many()
            else:
                yield one.content
        bad = [self.bad[piece] for piece in own if piece in self.bad]
        if len(bad) == len(own):
            raise UserError(f"no file of the {split} split can be read; the first: {bad[0] if bad else 'it has none'}")

    def _refuse_too_many(self) -> None:
        if len(self.bad) > self.max_bad * len(self.pieces):
            raise UserError(
                f"{len(self.bad)} of {len(self.pieces)} files cannot be read, more than parse.max_bad "
                f"({self.max_bad}); the first: {next(iter(self.bad.values()))}"
            )

    @property
    def read(self) -> list[Piece]:
        """The pieces that could be read, in the order of the index."""
        return [piece for piece in self.pieces if piece not in self.bad]

    @property
    def skipped(self) -> list[dict[str, str]]:
        """Every file that could not be read, and why."""
        return [
            {"split": piece.split, "file": piece.file, "problem": self.bad[piece].removeprefix(f"{piece.file}: ")}
            for piece in self.pieces
            if piece in self.bad
        ]


def content_of(folder: Path, file: str) -> bytes | BadMidi:
    """A file's content, or why there is none."""
    try:
        return read_bytes(folder / file, file)
    except BadMidi as error:
        return error
