"""Which candidate goes on."""

import pytest

from maestro_lstm.selection import choose
from maestro_lstm.sweeps import summarise


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
    runs = [{"accuracy": a, "nats": 2.0, "distinct": 1, "next_share": 42.0} for a in (42.0, 44.0)]
    summary = summarise(runs)
    assert (summary["accuracy"], summary["accuracy_min"], summary["accuracy_max"], summary["seeds"]) == (43, 42, 44, 2)
    assert summary["accuracy_std"] == pytest.approx(2**0.5, abs=1e-4)
    assert summarise(runs[:1])["accuracy_std"] == 0
