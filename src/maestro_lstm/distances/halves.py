"""Real music in two halves, one to be compared with the other."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from maestro_lstm.corpus.index import Piece

T = TypeVar("T")  # a piece, or a part of one


def halves(
    pieces: Sequence[T], works: Sequence[Piece], in_parts: Callable[[Sequence[T]], Sequence[T]]
) -> tuple[list[T], list[T]]:
    """Two sets: works alternate, all performances of one title in the same set.

    Works are ordered by composer, so both sets have about the same composers. With fewer than four, parts of the
    pieces alternate instead.
    """
    names = [(work.composer, work.title) for work in works]
    order = {name: k for k, name in enumerate(dict.fromkeys(sorted(names)))}
    if len(order) < 4:
        parts = in_parts(pieces)
        return list(parts[::2]), list(parts[1::2])
    sides: tuple[list[T], list[T]] = ([], [])
    for name, piece in zip(names, pieces, strict=True):
        sides[order[name] % 2].append(piece)
    return sides
