"""Which candidate goes on."""

import pytest

from maestro_lstm.study.experiments.selection import choose
from maestro_lstm.study.report.paper import Comparison, Row, as_text, leading, leads_as_text
from maestro_lstm.study.scoring.metrics import over_seeds
from tests.markdown import cells_of


def figures(**accuracy: float) -> dict[str, dict[str, float]]:
    return {name: {"accuracy": value, "accuracy_std": 0.0} for name, value in accuracy.items()}


@pytest.mark.parametrize(
    ("accuracy", "winner"),
    [
        ({"sgd": 42.43, "adam": 42.42}, "adam"),  # a hundredth of a point means nothing
        ({"sgd": 42.92, "adam": 42.42}, "adam"),  # just the margin is not more than it
        ({"sgd": 43.0, "adam": 42.42}, "sgd"),
        ({"sgd": 42.0, "adam": 42.42}, "adam"),
        ({"sgd": 42.0, "adagrad": 42.1}, "adagrad"),  # the paper's is not among them
    ],
)
def test_the_papers_choice_stands_unless_beaten_by_the_margin(accuracy: dict[str, float], winner: str) -> None:
    assert choose(figures(**accuracy), "adam", margin=0.5) == winner


def test_a_lead_within_the_seeds_spread_is_none() -> None:
    spread = {"sgd": {"accuracy": 44.0, "accuracy_std": 2.0}, "adam": {"accuracy": 42.4, "accuracy_std": 0.0}}
    assert choose(spread, "adam", margin=0.5) == "adam"


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
    ("accuracies", "first", "points", "spread", "verdict"),
    [
        # the same constant predictor: what differs is how often `<NEXT>` stands in the windows
        ([[42.40, 42.40], [42.45, 42.45]], "25", 0.0, 0.0, "no"),
        ([[42.40, 46.40], [42.45, 42.45]], "25", 2.0, 2.83, "no"),
        ([[44.40, 44.60], [42.45, 42.45]], "25", 2.1, 0.14, "yes"),
    ],
)
def test_a_lead_is_told_beside_the_seeds_spread(
    accuracies: list[list[float]], first: str, points: float, spread: float, verdict: str
) -> None:
    candidates = [comparison("25", accuracies[0], 42.40), comparison("200", accuracies[1], 42.45)]
    lead = leading(candidates)
    assert (lead.first, round(lead.points, 2), round(lead.spread, 2)) == (first, points, spread)
    row = cells_of(leads_as_text({"T": lead}))[-1]
    assert row[-3:] == [f"{points:.2f} points", f"{spread:.2f} points", verdict]


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
    assert cells_of(as_text([row]))[-1][2:5] == ["42.4 %", "44.00 ± 2.00 %", "42.00 … 46.00"]
    assert cells_of(as_text([comparison("25", [44.0], 42.4)]))[-1][2:5] == ["42.4 %", "44.00 %", "one seed"]
