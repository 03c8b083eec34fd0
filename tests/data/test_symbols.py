"""The alphabet: names, ids, and their inverses."""

import pytest
from music21 import pitch

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.vocabulary import (
    END,
    HIGHEST_PITCH,
    ID_OF_SYMBOL,
    LOWEST_PITCH,
    NEXT,
    PITCH_OF_NAME,
    SYMBOLS,
    pitch_name,
)


def test_ids_are_the_originals() -> None:
    assert len(SYMBOLS) == 90
    assert [ID_OF_SYMBOL[s] for s in (END, NEXT, "A0", "G7")] == [0, 1, 2, 89]
    assert list(SYMBOLS) == sorted(SYMBOLS)


@pytest.mark.parametrize("midi", range(LOWEST_PITCH, HIGHEST_PITCH + 1))
def test_a_name_is_music21s_and_leads_back_to_its_pitch(midi: int) -> None:
    name = pitch_name(midi)
    assert name == pitch.Pitch(midi).nameWithOctave
    assert PITCH_OF_NAME[name] == midi
    assert pitch.Pitch(name).midi == midi


def test_encode_gives_each_symbols_place() -> None:
    assert [SYMBOLS[i] for i in encode(list(SYMBOLS))] == list(SYMBOLS)


def test_encode_names_a_symbol_it_does_not_know() -> None:
    with pytest.raises(UserError, match=r"train\.json: 'H2' is not one of the 90 symbols"):
        encode(["C4", "H2"], "train.json")
