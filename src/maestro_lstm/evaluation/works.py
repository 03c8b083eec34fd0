"""Which files are performances of one work? Told by what is played: titles are spelled in many ways.

Performances of one work share many strings of notes, other music few. A string is LENGTH notes one after the other, as
the steps between them, so in any key; it has DIFFERENT pitches or more, and turns TURNS times or more: trills, scales
and repeated notes are everybody's. Two files are of one work where they share LEAST percent of the strings of the
shorter one, and FEWEST or more, or both are with a third: a sonata that is played whole joins its movements, a recital
what is played in it. A work of more than COMMON files is not found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from maestro_lstm.evaluation.passages import APART, longest_shared, steps_of
from maestro_lstm.tokens.transpose import PITCHES, split_at_ends
from maestro_lstm.tokens.vocabulary import Ids

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Strings = npt.NDArray[np.uint64]  # the different strings of a file, each as a number, in order
LENGTH, DIFFERENT, TURNS, LEAST, FEWEST = 10, 6, 3, 1.2, 5
COMMON = 50  # files: a string that more have is nobody's


@dataclass(frozen=True)
class Works:
    """Of P files.

    Attributes:
        work: (P,) the place of the first file of its work.
        shared: (P, P) percent of the shorter one's strings that two files have in common; 0 with itself.
    """

    work: Ints
    shared: Doubles

    def nearest(self, place: int, same: bool) -> tuple[int, float] | None:
        """The file with most in common among those of the same work, or of all others, and how much; None if there is
        none."""
        others = np.flatnonzero((self.work == self.work[place]) == same)
        others = others[others != place]
        if not len(others):
            return None
        found = int(others[self.shared[place, others].argmax()])
        return found, float(self.shared[place, found])


def find_works(strings: Sequence[Strings]) -> Works:
    """Of the strings of every file."""
    both, sizes = shared_strings(strings)
    shared: Doubles = 100 * both / np.maximum(np.minimum.outer(sizes, sizes), 1)
    alike = sparse.csr_matrix((shared >= LEAST) & (both >= FEWEST))
    _, work = connected_components(alike, directed=False)
    first = np.array([np.flatnonzero(work == one)[0] for one in range(work.max(initial=-1) + 1)], dtype=np.int64)
    return Works(first[work], shared)


def shared_strings(strings: Sequence[Strings]) -> tuple[Doubles, Doubles]:
    """(P, P) how many strings two files have in common, 0 with itself; and (P,) how many each has."""
    sizes = np.array([len(one) for one in strings], dtype=np.float64)
    _, code = np.unique(np.concatenate([np.zeros(0, np.uint64), *strings]), return_inverse=True)
    file = np.repeat(np.arange(len(strings)), sizes.astype(np.int64))
    there = sparse.csr_matrix((np.ones(len(code), np.int32), (file, code)), shape=(len(strings), len(code)))
    files = np.asarray(there.sum(axis=0)).ravel()
    there = there[:, (files > 1) & (files <= COMMON)]
    both: Doubles = (there @ there.T).toarray().astype(np.float64)
    np.fill_diagonal(both, 0)
    return both, sizes


def strings_of(pitches: Ints) -> Strings:
    """Of a file's pitches as they are played, MIDI, (N,)."""
    if len(pitches) < LENGTH:
        return np.zeros(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(pitches, LENGTH)  # (N − LENGTH + 1, LENGTH)
    ordered = np.sort(windows, axis=1)
    steps = np.diff(windows, axis=1)
    rich = (np.diff(ordered, axis=1) > 0).sum(axis=1) + 1 >= DIFFERENT
    turns = (np.diff(np.sign(steps), axis=1) != 0).sum(axis=1) >= TURNS
    steps = (steps[rich & turns] + 128).astype(np.uint64)
    codes = np.zeros(len(steps), np.uint64)
    for k in range(LENGTH - 1):
        codes = codes * np.uint64(1_000_003) + steps[:, k]  # wraps around: a hash
    return np.unique(codes)


def pitches_of(ids: Ids) -> list[Ints]:
    """The pitches of each piece of a split as they are played, (N,)."""
    return [found[found > 0].astype(np.int64) for found in (PITCHES[piece] for piece in split_at_ends(ids))]


def joined_steps(pieces: Sequence[Ints]) -> Ids:
    """The steps from note to note of pieces one after the other: passages of them are in any key."""
    return np.concatenate([np.append(steps_of(piece), np.uint8(APART)) for piece in pieces])


def longest_passage(piece: Ints, others: Ids) -> int:
    """Notes of the longest passage of a piece, in any key, that is in others' `joined_steps`."""
    return longest_shared(steps_of(piece), others) + 1 if len(piece) > 1 else 0


def share_found(strings: Strings, others: Strings) -> float:
    """Percent of a piece's strings that others have."""
    first, end = (np.searchsorted(others, strings, side=side) for side in ("left", "right"))
    return 100 * float((end > first).mean()) if len(strings) else 0.0
