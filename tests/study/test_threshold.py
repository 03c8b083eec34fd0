"""Which symbol swallows all others."""

import math

import numpy as np
import numpy.typing as npt
import pytest

from maestro_lstm.report.plateau import Outcome
from maestro_lstm.report.threshold import Swallowed, lead_needed, lead_of, threshold_as_text
from tests.markdown import cells_of


def best_constant(shares: npt.NDArray[np.float64], sharpness: float) -> float:
    """The probability of the first symbol with the least loss, the others alike: by trying, on a fine grid."""
    first = np.linspace(1 / len(shares), 1, 20_001)[:, None]
    said = np.where(np.arange(len(shares)) == 0, first, (1 - first) / (len(shares) - 1))
    loss = -sharpness * said @ shares + np.log(np.exp(sharpness * said).sum(axis=1))
    return float(first[loss.argmin(), 0])


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("symbols", [3, 12, 90])
def test_beyond_the_lead_one_symbol_takes_all_and_below_it_does_not(sharpness: float, symbols: int) -> None:
    needed = lead_needed(sharpness, symbols)
    for lead in (0.95 * needed, min(1.05 * needed, 1.0)):
        shares = np.full(symbols, (1 - lead) / symbols)
        shares[0] += lead
        assert (best_constant(shares, sharpness) == 1) == (lead >= needed), lead


def test_the_lead_is_counted_and_told() -> None:
    assert lead_of(np.array([1, 1, 1, 1, 5, 5, 0, 2], dtype=np.uint8)) == 0.25
    assert lead_of(np.array([3, 3], dtype=np.uint8)) == 1
    assert lead_needed(1.0, 90) == pytest.approx((math.e - 1) / (math.e + 89))
    runs = [
        *(Outcome(0, 800, None, 1e-9, 0.0, True), Outcome(1, 900, 2000, 1e-6, 0.1, True)),
        Outcome(2, None, None, 1.0, 0.3, False),
    ]
    rows = cells_of(threshold_as_text([Swallowed("x", 90, 0.4, 1.0, runs), Swallowed("y", 90, 0.4, 5.0, runs)]))
    assert rows[1:] == [
        ["x", "90", "40.0 %", "1.9 %", "yes", "2 of 3", "1 of 3", "2 of 3"],
        ["y", "90", "40.0 %", "62.1 %", "no", "2 of 3", "1 of 3", "2 of 3"],
    ]
