"""Performances of one work, found by what is played."""

import numpy as np
import numpy.typing as npt
import pytest

from maestro_lstm.evaluation.works import (
    LENGTH,
    Works,
    find_works,
    joined_steps,
    longest_passage,
    share_found,
    strings_of,
)

RANDOM = np.random.default_rng(5)


def tune(notes: int = 400) -> npt.NDArray[np.int64]:
    return RANDOM.integers(40, 80, notes)


def played(piece: npt.NDArray[np.int64], wrong: int) -> npt.NDArray[np.int64]:
    """Another performance: so many notes are others."""
    found = piece.copy()
    found[RANDOM.choice(len(piece), wrong, replace=False)] += 1
    return found


def works_among(pieces: list[npt.NDArray[np.int64]]) -> Works:
    return find_works([strings_of(piece) for piece in pieces])


def test_performances_of_a_work_are_found_in_any_key_and_through_a_third() -> None:
    first, second, other = tune(), tune(), tune()
    whole = np.concatenate((first, second))
    pieces = [first, other, played(first, 40) + 5, played(second, 40) - 7, played(whole, 80), tune()]
    works = works_among(pieces)
    assert works.work.tolist() == [0, 1, 0, 0, 0, 5]
    twin = works.nearest(0, same=True)
    assert twin
    assert twin[1] > 10
    stranger = works.nearest(0, same=False)
    assert stranger
    assert stranger[1] < 0.5
    assert works.nearest(5, same=True) is None


def test_a_string_or_two_in_short_pieces_are_no_work() -> None:
    one, other = tune(70), tune(70)
    other[30:42] = one[10:22]
    works = works_among([one, other])
    assert works.shared[0, 1] > 1.2
    assert works.work.tolist() == [0, 1]


def test_trills_and_repeated_notes_are_everybodys() -> None:
    trill = np.tile([60, 62], 100)
    assert len(strings_of(trill)) == 0
    assert works_among([np.concatenate((trill, tune())), np.concatenate((trill, tune()))]).work.tolist() == [0, 1]


@pytest.mark.parametrize("notes", [0, 1, LENGTH - 1])
def test_a_file_too_short_for_a_string_is_a_work_of_its_own(notes: int) -> None:
    pieces = [np.arange(notes), np.arange(notes), tune()]
    assert works_among(pieces).work.tolist() == [0, 1, 2]


def test_a_string_is_the_steps_between_notes() -> None:
    piece = np.array([60, 64, 62, 67, 65, 71, 69, 72, 70, 74])
    assert len(piece) == LENGTH
    assert len(strings_of(piece)) == 1
    np.testing.assert_array_equal(strings_of(piece), strings_of(piece + 12))
    assert strings_of(piece)[0] != strings_of(piece[::-1])[0]
    assert len(strings_of(np.arange(60, 60 + LENGTH))) == 0  # scales are everybody's, too


def test_a_passage_is_as_long_as_it_goes_on_in_another_key() -> None:
    piece, other = tune(), tune()
    other[50:90] = piece[200:240] + 3
    others = joined_steps([tune(), other])
    assert 40 <= longest_passage(piece, others) < 46
    assert longest_passage(piece[:1], others) == 0
    # not across the end of a piece
    cut = joined_steps([piece[:100], piece[100:]])
    assert longest_passage(piece, cut) == 300
    assert share_found(strings_of(piece), strings_of(piece)) == 100
    assert share_found(strings_of(piece), strings_of(other)) == pytest.approx(100 * 31 / 391, abs=3)
    assert share_found(strings_of(piece[:3]), strings_of(other)) == 0
