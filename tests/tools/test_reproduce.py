"""A stranger's check: runs that are trained again are compared with what is there, to the byte or by their spread."""

import re
import sys
from pathlib import Path

import pytest

from maestro_lstm.params.params import load_params
from tools.checks import reproduce


def check(monkeypatch: pytest.MonkeyPatch, seed: int = 1) -> None:
    monkeypatch.setattr(sys, "argv", ["reproduce.py", str(seed)])
    reproduce.main()


@pytest.mark.usefixtures("finished")
def test_what_is_trained_again_is_as_in_git_and_a_changed_digit_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = list(reproduce.all_runs(load_params()))
    assert len({(one.record, *one.candidate.values(), one.settings.seed) for one in everything}) == len(everything)
    check(monkeypatch)
    told = capsys.readouterr().out
    drawn = re.findall(r"^as in git  (.*)$", told, re.MULTILINE)
    assert len(drawn) == -(-len(everything) // reproduce.SHARE)
    assert {one.name for one in everything} >= set(drawn)

    one = next(one for one in everything if one.name == drawn[0])
    (line, *_) = reproduce.lines_of(one, one.points)
    text = one.points.read_text()
    one.points.write_text(text.replace(line, line[:-1] + ("1" if line[-1] != "1" else "2"), 1))
    with pytest.raises(SystemExit, match=re.escape(f"{one.name}: differs from {one.points}")):
        check(monkeypatch)
    one.points.write_text(text)

    # on another kind of processor bytes may differ, figures hardly
    monkeypatch.setattr(reproduce, "processor", lambda: "another")
    check(monkeypatch)
    for path in {one.scores for one in everything if one.scores}:
        head, *rows = Path(path).read_text().splitlines()
        at = head.split(",").index("nats")
        cells = [row.split(",") for row in rows]
        Path(path).write_text("\n".join([head, *(",".join([*c[:at], "99.5", *c[at + 1 :]]) for c in cells)]) + "\n")
    with pytest.raises(SystemExit, match=r"nats \d\.\d+, in git 99\.500 ± 0\.000, on "):
        check(monkeypatch)
