"""Where a predictor is right: every symbol in its groups, sums that come to the whole, and intervals."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap

from maestro_lstm.evaluation.breakdown import Groups, chord_sizes, groups_of, over_runs, read_breakdown, tally
from maestro_lstm.evaluation.likelihood import Guesses, summarise
from maestro_lstm.evaluation.significance import interval
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.breakdown import (
    calibration_as_text,
    calibration_error,
    groups_as_text,
    interval_of,
    intervals_row,
    part,
    points_of,
)
from maestro_lstm.tokens.encoded import encode
from maestro_lstm.tokens.vocabulary import END_ID, Ids
from tests.markdown import cells_of

IDS: Ids = encode(["C4", "E4", "<NEXT>", "G4", "<NEXT>", "<END>", "A4", "B4", "C5", "<NEXT>", "<END>"])
COMPOSERS = ["Chopin", "Bach"]


def labels(groups: list[Groups], by: str) -> list[str]:
    return next([one.labels[code] for code in one.codes] for one in groups if one.by == by)


def test_each_symbol_but_the_first_is_in_its_groups() -> None:
    groups = groups_of(IDS, COMPOSERS)
    assert labels(groups, "piece") == ["0"] * 5 + ["1"] * 5
    assert labels(groups, "composer") == ["Chopin"] * 5 + ["Bach"] * 5
    assert labels(groups, "chord") == ["2", "2", "1", "1", "0", "3", "3", "3", "3", "0"]
    assert set(labels(groups, "position")) == {"0–9"}
    assert labels(groups, "symbol") == ["E4", "<NEXT>", "G4", "<NEXT>", "<END>", "A4", "B4", "C5", "<NEXT>", "<END>"]
    by_pitch = next(one.labels for one in groups if one.by == "symbol")
    assert (len(by_pitch), by_pitch[:4], by_pitch[-1]) == (90, ("<END>", "<NEXT>", "A0", "B-0"), "C8")


def test_positions_are_counted_from_the_begin_of_each_piece() -> None:
    ids = np.array([5] * 40 + [END_ID] + [5] * 12 + [END_ID], dtype=np.uint8)
    expected = ["0–9"] * 9 + ["10–29"] * 20 + ["30–99"] * 11 + ["0–9"] * 10 + ["10–29"] * 3
    assert labels(groups_of(ids, COMPOSERS), "position") == expected


def test_a_chord_larger_than_all_groups_is_in_the_last() -> None:
    ids = encode(["C4"] * 25 + ["<NEXT>", "<END>"])
    assert set(chord_sizes(ids).tolist()) == {25, 0}
    assert labels(groups_of(ids, ["Bach"]), "chord") == ["10+"] * 25 + ["0"]


def test_another_number_of_composers_than_of_pieces_is_refused() -> None:
    with pytest.raises(ValueError, match="1 composers for 2 pieces"):
        groups_of(IDS, ["Bach"])


@pytest.fixture(scope="module")
def said() -> tuple[Guesses, Ids, list[Groups]]:
    """A predictor of 3,000 symbols in 20 pieces, right and sure in some of them."""
    random = np.random.default_rng(1)
    ids = random.integers(1, 90, size=3000).astype(np.uint8)
    ids[149::150] = END_ID
    targets = ids[1:]
    best = np.where(random.random(2999) < np.repeat(random.random(20), 150)[1:], targets, 1).astype(np.uint8)
    sure = np.log(random.random(2999))
    groups = groups_of(ids, [f"composer {k % 3}" for k in range(20)])
    return Guesses(best, sure, sure - random.random(2999)), targets, groups


@pytest.fixture
def table(said: tuple[Guesses, Ids, list[Groups]], tmp_path: Path) -> pd.DataFrame:
    path = tmp_path / "table.csv"
    write_csv(path, over_runs([tally(*said)]))
    return read_breakdown(path)


@pytest.mark.parametrize("by", ["piece", "position", "composer", "chord", "confidence"])
def test_the_groups_come_to_the_whole(by: str, said: tuple[Guesses, Ids, list[Groups]], table: pd.DataFrame) -> None:
    whole, rows = summarise(said[0], said[1]), part(table, by)
    assert rows["symbols"].sum() == whole.symbols
    for key in ("accuracy", "nats"):
        assert (rows["symbols"] * rows[key]).sum() / whole.symbols == pytest.approx(getattr(whole, key), abs=1e-4)


def test_several_seeds_are_their_mean(said: tuple[Guesses, Ids, list[Groups]]) -> None:
    guesses, targets, groups = said
    other = Guesses(targets, np.zeros(2999), np.zeros(2999))  # always right, and sure
    one, two, both = (
        pd.DataFrame(over_runs([tally(run, targets, groups) for run in runs])).set_index(["by", "group"])
        for runs in ([guesses], [other], [guesses, other])
    )
    for key in ("accuracy", "nats", "symbols", "confidence"):
        expected = (one[key]["piece"] + two[key]["piece"]) / 2
        np.testing.assert_allclose(both[key]["piece"], expected, atol=1e-3)
    # by confidence the symbols of a bin differ from seed to seed
    assert both["symbols"]["confidence", "90–100"] == (one["symbols"]["confidence", "90–100"] + 2999) / 2
    # and the bins come in their order, whichever the first seed has
    runs = [tally(g, targets, groups) for g in (other, guesses)]
    bins = [row["group"] for row in over_runs(runs) if row["by"] == "confidence"]
    assert bins == [f"{low}–{low + 10}" for low in range(0, 100, 10)]


def test_an_interval_is_scipys(table: pd.DataFrame) -> None:
    pieces = part(table, "piece")
    symbols, accuracy = pieces["symbols"].to_numpy(), pieces["accuracy"].to_numpy()
    ours = interval_of(table, "accuracy")

    def mean(symbols: np.ndarray, values: np.ndarray, axis: int) -> np.ndarray:
        return np.asarray((symbols * values).sum(axis) / symbols.sum(axis))

    theirs = bootstrap((symbols, accuracy), mean, paired=True, n_resamples=20_000, method="percentile", rng=3)
    assert ours.mean == pytest.approx(mean(symbols, accuracy, 0))
    width = ours.high - ours.low
    assert abs(ours.low - theirs.confidence_interval.low) < 0.05 * width
    assert abs(ours.high - theirs.confidence_interval.high) < 0.05 * width


def test_pieces_that_are_all_alike_leave_no_doubt() -> None:
    found = interval(np.array([40.0, 40, 40]), weights=np.array([10.0, 500, 3]))
    assert (found.low, found.mean, found.high) == pytest.approx((40, 40, 40))


def test_performances_of_one_work_are_drawn_together() -> None:
    values = np.random.default_rng(4).normal(3, 1, 50)
    alone, works = interval(values), np.repeat(np.arange(50), 2).tolist()
    assert interval(np.repeat(values, 2), works=works) == alone  # each work played twice: no more is known
    apart = interval(np.repeat(values, 2))
    assert apart.high - apart.low == pytest.approx((alone.high - alone.low) / np.sqrt(2), rel=0.15)
    one = interval(values, works=[1] * 50)
    assert one.mean == pytest.approx(values.mean())
    assert np.isnan([one.low, one.high]).all()


def test_one_piece_says_nothing_of_others() -> None:
    found = interval(np.array([40.0]), weights=np.array([10.0]))
    assert found.mean == 40
    assert np.isnan([found.low, found.high]).all()
    said = Guesses(IDS[1:6], np.zeros(5), np.zeros(5))
    table = pd.DataFrame(over_runs([tally(said, IDS[1:6], groups_of(IDS[:6], ["Bach"]))]))
    row = intervals_row("one", table, [0])
    assert (row["accuracy"], row["nats"], row["calibration_error"]) == (100, 0, 0)
    assert np.isnan([row["accuracy_low"], row["nats_high"]]).all()
    text = calibration_as_text({"one": table, "two": table}, [0])
    assert ["one", "100.00 %", "0.000", "0.00 points"] in cells_of(text)


def test_what_one_predictor_gains_is_surer_than_what_each_scores(table: pd.DataFrame) -> None:
    better = table.assign(accuracy=table["accuracy"] + 1)
    gain, alone = interval_of(better, "accuracy", less=table), interval_of(better, "accuracy")
    assert (gain.low, gain.mean, gain.high) == pytest.approx((1, 1, 1))
    assert alone.high - alone.low > 5


def test_calibration_by_hand() -> None:
    """Half of the symbols are said with 85 % and right in 80, half with 25 % and right in 35."""
    best = np.zeros(200, dtype=np.uint8)
    right = np.array([0] * 80 + [1] * 20 + [0] * 35 + [1] * 65, dtype=np.uint8)
    sure = np.log([0.85] * 100 + [0.25] * 100)
    table = pd.DataFrame(over_runs([tally(Guesses(best, sure, sure), right, [])]))
    assert table["group"].tolist() == ["20–30", "80–90"]
    assert table["accuracy"].tolist() == [35, 80]
    assert calibration_error(table) == pytest.approx(7.5)


def test_all_of_it_side_by_side(table: pd.DataFrame) -> None:
    better = table.assign(accuracy=table["accuracy"] + 1, nats=table["nats"] - 0.5)
    tables = {"better": better, "one": table}
    rows = cells_of(calibration_as_text(tables, range(20)))
    assert ["one → better", "+1.00 [+1.00 … +1.00]", "-0.500 [-0.500 … -0.500]", "20 of 20 pieces"] in rows
    assert {"composer 2", "100–299"} <= {row[0] for row in cells_of(groups_as_text(tables))}
    figures, paired = intervals_row("one", table, None), intervals_row("one", table, [k // 2 for k in range(20)])
    assert (figures["over"], paired["over"], figures["accuracy"]) == ("pieces", "works", paired["accuracy"])
    assert figures["accuracy_low"] < figures["accuracy"] < figures["accuracy_high"]
    assert figures["nats_low"] < figures["nats"] < figures["nats_high"]
    points = points_of(tables, "chord")
    assert {point["group"] for point in points} == {"better", "one"}
    assert [point["setting"] for point in points[: len(points) // 2]] == list(part(table, "chord").index)


@pytest.mark.parametrize("spoil", ["by,group\n", "", "by,group,symbols,accuracy,nats,confidence\npiece,0,3,,1,2\n"])
def test_a_table_that_is_none_is_named(spoil: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text(spoil)
    with pytest.raises(UserError, match=r"table\.csv is damaged"):
        read_breakdown(path)
    with pytest.raises(UserError, match=r"no\.csv is missing"):
        read_breakdown(tmp_path / "no.csv")
