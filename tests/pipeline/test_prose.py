"""Every number in prose stands in a file, or says that it is none of ours."""

from pathlib import Path

import pytest

from tools.docs import PAGES
from tools.prose import Section, numbers_in, problems, sections_of, stands


def test_every_number_stands_in_a_file() -> None:
    assert problems() == []


def test_another_number_is_noticed() -> None:
    """Of all that are checked and have three digits, with the last one up or down: a shorter one stands somewhere."""
    noticed = tried = 0
    for section in (section for page in PAGES for section in sections_of(page)):
        numbers = section.numbers()
        claims = set(section.claims()) - section.said - section.worked_out.keys()
        for claim in (one for one in claims if len(one.replace(".", "").lstrip("0")) >= 3):
            step = 10.0 ** -len(claim.partition(".")[2])
            digits = len(claim.partition(".")[2])
            for other in (float(claim) - step, float(claim) + step):
                tried += 1
                noticed += not stands(f"{other:.{digits}f}", numbers)
    assert tried > 100
    assert noticed > 0.75 * tried


@pytest.fixture
def section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Section:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("name,nats\na-2b,2.4949\nc,1234567.0\n")
    text = """It has 2.49 nats (the paper 3.1 %; 12 of 16), 0.3 less than the 2.8 below, of 1,234,567 symbols.
<!-- from: x.csv --> <!-- said: 3.1 12/16 --> <!-- so: 0.3 = 2.8 - 2.49 --> `9.99` [x](y-7.5.md)
<!-- metrics/x.md -->
| a |
|---|
| 2.80 % |
<!-- end -->
"""
    return Section("page.md", "Heading", text)


def test_a_number_is_of_the_table_a_file_or_said(section: Section) -> None:
    assert section.claims() == ["2.49", "3.1", "0.3", "2.8", "1234567"]
    assert list(section.problems()) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2.49 nats", "2.50 nats", "2.50: stands in no file that is named"),
        ("0.3 less", "0.4 less", "0.4: stands in no file that is named"),
        ("0.3 = 2.8 - 2.49", "0.3 = 2.8 - 2.39", "0.3: 2.39 stands in no file that is named"),
        ("0.3 = 2.8 - 2.49", "0.3 = 2.8 + 2.49", "0.3: it is 5.29"),
        ("12 of 16", "13 of 16", "13 of 16: stands in no file that is named"),
        ("the paper 3.1 %", "the paper", "3.1: is explained and not there"),
        ("from: x.csv", "from: x.csv y.csv", "y.csv is missing"),
        ("1,234,567", "1,234,568", "1234568: stands in no file that is named"),
    ],
)
def test_what_does_not_fit_is_told(section: Section, old: str, new: str, problem: str) -> None:
    found = list(Section("page.md", "Heading", section.text.replace(old, new)).problems())
    assert f"page.md, Heading: {problem}" in found


def test_numbers_are_rounded_as_they_are_written() -> None:
    numbers = numbers_in("41.7688, 1e-8 and 1,276 of v2")
    assert numbers == [41.7688, 1e-8, 1276]
    assert stands("41.77", numbers)
    assert not stands("41.76", numbers)
    assert stands("1276", numbers)
    assert not stands("2", numbers)
