"""Which candidate goes on."""

import math

import pytest

from maestro_lstm.evaluation.significance import Interval
from maestro_lstm.report.paper import Comparison, Row, comparisons_as_text, leading, leads_as_text, predictors_as_text
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.study.selection import choose
from tests.markdown import cells_of


def seeds(mean: float, spread: float = 0.01) -> list[float]:
    """Five of them."""
    return [mean + k * spread for k in (-2, -1, 0, 1, 2)]


@pytest.mark.parametrize(
    ("means", "winner"),
    [
        ({"sgd": 42.43, "adam": 42.42}, "adam"),  # a hundredth of a point means nothing
        ({"sgd": 42.91, "adam": 42.42}, "adam"),  # less than the margin
        ({"sgd": 43.0, "adam": 42.42}, "sgd"),
        ({"sgd": 42.0, "adam": 42.42}, "adam"),
        ({"sgd": 42.0, "adagrad": 42.1}, "adagrad"),  # the paper's is not among them
    ],
)
def test_the_papers_choice_stands_unless_beaten_by_the_margin(means: dict[str, float], winner: str) -> None:
    assert choose({name: seeds(mean) for name, mean in means.items()}, "adam", margin=0.5) == winner


def test_a_lead_that_is_not_told_apart_is_none() -> None:
    assert choose({"sgd": seeds(44, 2.0), "adam": seeds(42.4)}, "adam", margin=0.5) == "adam"
    assert choose({"sgd": [44.0], "adam": [42.4]}, "adam", margin=0.5) == "adam"  # one seed tells nothing


def test_summary_of_several_seeds() -> None:
    runs = [{"seed": seed, "accuracy": a, "nats": 2.0} for seed, a in enumerate((42.0, 44.0))]
    summary = over_seeds(runs)
    assert (summary["accuracy"], summary["accuracy_min"], summary["accuracy_max"], summary["seeds"]) == (43, 42, 44, 2)
    assert summary["accuracy_std"] == pytest.approx(2**0.5, abs=1e-4)
    assert (summary["nats"], summary["runs"]) == (2.0, runs)
    assert "seed" not in summary
    assert over_seeds(runs[:1])["accuracy_std"] == 0


def comparison(setting: str, accuracies: list[float], next_share: float) -> Comparison:
    seeds = list(range(len(accuracies)))
    return Comparison(Row("seq_len", "T", setting, 42.4), accuracies, seeds, next_share, 1.0, 2.5)


@pytest.mark.parametrize(
    ("accuracies", "first", "points", "p", "verdict"),
    [
        # the same constant predictor: what differs is how often `<NEXT>` stands in the windows
        ([[42.40] * 4, [42.45] * 4], "25", "+0.00", "1", "no"),
        ([[42.40] * 3 + [46.40], [42.45] * 4], "25", "+1.00", "1", "no"),
        ([[44.40, 44.60] * 2, [42.45] * 4], "25", "+2.10", "0.029", "yes"),
    ],
)
def test_a_lead_is_told_with_its_error(
    accuracies: list[list[float]], first: str, points: str, p: str, verdict: str
) -> None:
    candidates = [comparison("25", accuracies[0], 42.40), comparison("200", accuracies[1], 42.45)]
    lead = leading(candidates)
    assert lead.first == first
    row = cells_of(leads_as_text({"T": lead}))[-1]
    assert (row[3], *row[5:]) == (points, p, verdict)


def test_a_row_shows_mean_spread_least_and_greatest() -> None:
    row = comparison("25", [42.0, 44.0, 46.0], 42.4)
    assert row.metrics() == {
        "paper": 42.4,
        "accuracy": 44.0,
        "std": 2.0,
        "nats": 2.5,
        "distinct": 1.0,
        "always_next": 42.4,
        "seeds": 3,
    }
    assert cells_of(comparisons_as_text([row]))[-1][2:5] == ["42.4 %", "44.00 ± 2.00 %", "42.00 … 46.00"]
    assert cells_of(comparisons_as_text([comparison("25", [44.0], 42.4)]))[-1][2:5] == ["42.4 %", "44.00 %", "one seed"]


def test_a_predictor_is_told_with_both_spreads() -> None:
    common = {"accuracy_pitches": 11.0}
    network = {**common, "runs": [{"accuracy": 48.0, "nats": 2.0}, {"accuracy": 49.0, "nats": 2.2}]}
    counted = {**common, "accuracy": 42.0, "nats": 3.0}
    pieces = {"accuracy": Interval(48.5, 47.0, 50.0), "nats": Interval(2.1, 2.05, 2.15)}
    alone = {"accuracy": Interval(42.0, math.nan, math.nan), "nats": Interval(3.0, math.nan, math.nan)}
    text = predictors_as_text({"network": network, "1-gram": counted}, {"network": pieces, "1-gram": alone})
    first, second = cells_of(text)[1:]
    assert first == ["network", "48.50 ± 0.71 %", "47.00 … 50.00", "11.00 %", "2.100 ± 0.141", "2.050 … 2.150"]
    assert second == ["1-gram", "42.00 %", "", "11.00 %", "3.000", ""]  # one piece has no interval
