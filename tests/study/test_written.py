"""How many notes a network writes in a chord."""

import numpy as np
import pytest
from scipy.special import softmax

from maestro_lstm.evaluation.written import Softened, figures_of
from maestro_lstm.model.network import Network
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.report.written import written_as_text
from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.vocabulary import NEXT
from tests.markdown import cells_of


def test_chords_are_counted_as_they_sound() -> None:
    large = ["C4", "D4", "E4", "F4", "G4", "A4", "B4", "C5", "D5", "E5", "C4"]  # ten: C4 is named twice
    pieces = [encode([*large, NEXT, "C4", NEXT]), encode([NEXT] * 13)]
    assert figures_of(pieces) == {"next_share": 57.14, "chords": 1.0, "median": 5.5, "largest": 10, "large": 50.0}
    silent = figures_of(pieces[1:])
    assert (silent["next_share"], silent["chords"], silent["largest"], silent["large"]) == (100, 0, 0, 0)
    rows = [{"network": "one", "drawn": "plainly", **silent}]
    assert ["one", "plainly", "· " * 12 + "·"] in cells_of(written_as_text(rows, {("one", "plainly"): pieces[1]}))


def test_a_softmax_more_takes_probabilities_for_scores_and_keeps_the_state() -> None:
    network = Stepper(Network(90, 8).weights())
    ids = np.random.default_rng(0).integers(0, 90, (6, 2)).astype(np.uint8)
    plain, state = network.scores(ids)
    soft, _ = Softened(network).scores(ids[:4])
    again, last = Softened(network).scores(ids[4:], Softened(network).scores(ids[:4])[1])
    np.testing.assert_allclose(np.concatenate((soft, again)), softmax(plain, axis=2), rtol=1e-5)
    np.testing.assert_array_equal(last[0], state[0])
    # so drawn from them, all symbols are nearly alike: none is more than e times as likely as another
    assert softmax(soft, axis=2).max() < np.e * softmax(soft, axis=2).min()
    assert softmax(soft, axis=2).sum(axis=2) == pytest.approx(1)
