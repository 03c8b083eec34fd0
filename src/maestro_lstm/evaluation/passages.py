"""What a piece repeats: of itself, and of the training split."""

import zlib
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry
from maestro_lstm.tokens.transpose import PITCHES
from maestro_lstm.tokens.vocabulary import Ids

APART = 0  # a byte between pieces; no step is it


def longest_repeat(ids: Ids) -> int:
    """The length in symbols of the longest passage that occurs twice in a piece without overlap."""
    data = ids.tobytes()

    def repeated(length: int) -> bool:
        first: dict[bytes, int] = {}
        starts = range(len(data) - length + 1)
        return any(at - first.setdefault(data[at : at + length], at) >= length for at in starts)

    return _longest(repeated, len(data) // 2)


def compression_ratio(ids: Ids) -> float:
    """Bytes that zlib needs per symbol: near 0 for a piece that repeats one thing."""
    return len(zlib.compress(ids.tobytes(), 9)) / len(ids)


def longest_shared(ids: Ids, corpus: Ids) -> int:
    """The length in symbols of the longest passage of a piece that also occurs in the corpus: possible memorisation.

    The corpus runs once through the piece's suffix automaton (Blumer et al. 1985): 0.1 s for ten million symbols.
    """
    longest: int = _longest_shared(np.ascontiguousarray(ids), np.ascontiguousarray(corpus))
    return longest


def in_any_key(ids: Ids) -> Ids:
    """The same bytes for a piece in every key: each pitch as 128 + its distance from the previous pitch; marks stay."""
    out = ids.copy()
    places = np.flatnonzero(PITCHES[ids] > 0)
    pitches = PITCHES[ids[places]]
    out[places] = steps_of(np.append(pitches[:1], pitches))
    return out


def steps_of(pitches: npt.NDArray[np.integer]) -> Ids:
    """128 + the distance of each pitch from the one before, (N − 1,) of (N,)."""
    steps: Ids = (128 + np.diff(pitches)).astype(np.uint8)
    return steps


def _longest(holds: Callable[[int], bool], most: int) -> int:
    """The greatest length that holds, given that all shorter ones do."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


@entry
def _longest_shared(ids: Ids, corpus: Ids) -> int:  # pragma: no cover (compiled)
    # the states of the automaton: where each leads by each byte, how long its longest passage is, and its suffix link
    leads = np.full((2 * len(ids) + 1, 256), -1, dtype=np.int32)
    length = np.zeros(2 * len(ids) + 1, dtype=np.int32)
    link = np.full(2 * len(ids) + 1, -1, dtype=np.int32)
    states, last = 1, 0
    for k in range(len(ids)):
        byte = ids[k]
        new = states
        states += 1
        length[new] = length[last] + 1
        at = last
        while at >= 0 and leads[at, byte] < 0:
            leads[at, byte] = new
            at = link[at]
        if at < 0:
            link[new] = 0
        else:
            to = leads[at, byte]
            if length[to] == length[at] + 1:
                link[new] = to
            else:  # the passages of `to` that end here as well get a state of their own
                copy = states
                states += 1
                length[copy] = length[at] + 1
                leads[copy] = leads[to]
                link[copy] = link[to]
                while at >= 0 and leads[at, byte] == to:
                    leads[at, byte] = copy
                    at = link[at]
                link[to] = copy
                link[new] = copy
        last = new
    best, at, shared = 0, 0, 0
    for k in range(len(corpus)):
        byte = corpus[k]
        while at > 0 and leads[at, byte] < 0:
            at = link[at]
            shared = length[at]
        if leads[at, byte] >= 0:
            at = leads[at, byte]
            shared += 1
            best = max(best, shared)
    return best
