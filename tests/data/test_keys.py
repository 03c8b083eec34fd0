"""Epochs in other keys: nothing but the key and the order of the pieces changes."""

import numpy as np
import pytest

from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.transpose import NONE, PITCHES, split_at_ends, table_of
from maestro_lstm.tokens.vocabulary import END_ID, Ids
from maestro_lstm.training.windows import Transposed

PIECES = [
    ["C4", "E4", "<NEXT>", "G4", "<NEXT>", "<END>"],
    ["A0", "<NEXT>", "<END>"],  # the lowest key: only up
    ["C8", "A0", "<NEXT>", "<END>"],  # both ends: not at all
    ["<NEXT>", "<NEXT>", "<END>"],  # no pitch
    ["B-2", "<NEXT>"],  # the last, without an end
]
IDS: Ids = encode([symbol for piece in PIECES for symbol in piece])


def test_a_third_up_and_down_again() -> None:
    up, down = table_of(4), table_of(-4)
    assert up[encode(PIECES[0])].tolist() == encode(["E4", "G#4", "<NEXT>", "B4", "<NEXT>", "<END>"]).tolist()
    assert down[up[IDS[:6]]].tolist() == IDS[:6].tolist()


@pytest.mark.parametrize(("symbol", "semitones"), [("A0", -1), ("C8", 1), ("C4", 60)])
def test_a_pitch_that_would_leave_the_piano_has_no_symbol(symbol: str, semitones: int) -> None:
    assert table_of(semitones)[encode([symbol])].tolist() == [NONE]


def test_the_pieces_are_cut_at_their_ends() -> None:
    assert [piece.tolist() for piece in split_at_ends(IDS)] == [encode(piece).tolist() for piece in PIECES]


def intervals(piece: Ids) -> tuple[int, ...]:
    """What transposition leaves alone: marks, and pitches over the first."""
    pitches = PITCHES[piece]
    first = next((int(pitch) for pitch in pitches if pitch), 0)
    return tuple(int(pitch) - first if pitch else -1000 - int(mark) for pitch, mark in zip(pitches, piece, strict=True))


def whole(epochs: Transposed) -> Ids:
    return epochs.span(0, len(epochs))


def test_each_epoch_has_every_piece_once_and_each_in_some_key_within_reach() -> None:
    ids = IDS.copy()
    ids[-1] = END_ID  # so that the last one can stand anywhere
    epochs = whole(Transposed(ids, 200, most=6, seed=3))
    assert len(epochs) == 200 * len(ids)
    expected = sorted(intervals(piece) for piece in split_at_ends(ids))
    firsts: dict[tuple[int, ...], set[int]] = {}
    orders = set()
    for epoch in np.split(epochs, 200):
        pieces = split_at_ends(epoch)
        assert sorted(intervals(piece) for piece in pieces) == expected
        orders.add(tuple(map(len, pieces)))
        for piece in pieces:
            firsts.setdefault(intervals(piece), set()).add(int(PITCHES[piece[0]]))
    assert len(orders) > 10
    chord, lowest, both, marks, last = (intervals(piece) for piece in split_at_ends(ids))
    assert firsts[chord] == set(range(60 - 6, 60 + 7))
    assert firsts[lowest] == set(range(21, 28))
    assert firsts[both] == {108}
    assert firsts[marks] == {0}
    assert firsts[last] == set(range(46 - 6, 46 + 7))


def test_the_same_seed_gives_the_same_music_and_another_another() -> None:
    one = whole(Transposed(IDS, 3, 6, seed=1))
    assert one.tolist() == whole(Transposed(IDS, 3, 6, seed=1)).tolist()
    assert one.tolist() != whole(Transposed(IDS, 3, 6, seed=2)).tolist()
