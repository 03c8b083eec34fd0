"""A stranger's check: trainings that are done again are compared with what is there, to the last digit on the same kind
of processor; on another, wrong networks do not pass."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from maestro_lstm.params.params import load_params
from maestro_lstm.reproduction.first_updates import first_losses
from maestro_lstm.reproduction.trainings import StudyTraining
from maestro_lstm.study.extensions import EXTENSIONS
from maestro_lstm.training.schedules import Cosine, Schedule
from maestro_lstm.training.settings import Settings
from stages import paths
from stages.first_updates import every_training, task_of
from tools.checks import reproduce


def check(monkeypatch: pytest.MonkeyPatch, seed: int = 1) -> None:
    reproduce.table.cache_clear()
    monkeypatch.setattr(sys, "argv", ["reproduce.py", str(seed)])
    reproduce.main()


def everything() -> list[StudyTraining]:
    return every_training(load_params())


def other_digit(path: Path, line: str) -> None:
    path.write_text(path.read_text().replace(line, line[:-1] + ("1" if line[-1] != "1" else "2"), 1))


@pytest.mark.usefixtures("finished")
def test_what_is_trained_again_is_as_in_git_and_a_changed_digit_is_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    study = everything()
    names = {one.name: one for one in study}
    assert len(names) == len(study)
    check(monkeypatch)
    drawn = re.findall(r"^as in git  (.*) \((.*)\)$", capsys.readouterr().out, re.MULTILINE)
    assert len(drawn) == -(-len(study) // reproduce.SHARE)
    assert {name for name, _ in drawn} <= names.keys()

    one = names[next(name for name, what in drawn if what == "to the end")]
    other_digit(reproduce.points_path(one), reproduce.lines_of(one, reproduce.points_path(one))[0])
    first = next(line for line in paths.FIRST_UPDATES.read_text().splitlines() if drawn[-1][0] in line)
    other_digit(paths.FIRST_UPDATES, first)
    with pytest.raises(SystemExit) as told:
        check(monkeypatch)
    assert f"{one.name}: differs from {reproduce.points_path(one)}" in str(told.value)
    assert f"{drawn[-1][0]}: loses " in str(told.value)


@pytest.mark.usefixtures("finished")
def test_on_another_processor_digits_may_differ_and_the_first_updates_hardly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reproduce, "made_here", lambda _: False)
    monkeypatch.setattr(reproduce, "unlike", lambda *_: [])  # trainings so short end anywhere
    kept = pd.read_csv(paths.FIRST_UPDATES)
    kept.assign(loss_1=kept.loss_1 * 1.0000005).to_csv(paths.FIRST_UPDATES, index=False)
    check(monkeypatch)
    kept.assign(loss_1=kept.loss_1 * 1.00001).to_csv(paths.FIRST_UPDATES, index=False)
    with pytest.raises(SystemExit, match=r"loses \d\.\d+ in part 1 of its first updates, in git"):
        check(monkeypatch)
    assert "as in git" in capsys.readouterr().out


def faster(run: Settings) -> Settings:
    """At ten times the rate."""
    plan = run.schedule
    if isinstance(plan, Cosine):
        return replace(run, schedule=replace(plan, peak=10 * plan.peak))
    return replace(run, schedule=Schedule(10 * plan.low, 10 * plan.high, plan.updates_up))


WRONG: dict[str, Callable[[Settings], Settings]] = {
    "ten times the rate": faster,
    "another seed": lambda run: replace(run, seed=run.seed + 1),
    "another loss": lambda run: replace(run, output="logits" if run.output == "softmax" else "softmax", sharpness=1.0),
    "another width": lambda run: replace(run, hidden=run.hidden + 1),
}


@pytest.mark.usefixtures("finished")
@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_training_of_any_kind_begins_otherwise(what: str) -> None:
    reproduce.table.cache_clear()
    kinds = {one.call: one for one in everything()}  # the last of each stage
    assert {f"extend_{name}" for name in EXTENSIONS} | {
        "explain_crossed",
        "explain_epsilon",
        "train_performer",
        "train_events",
    } <= kinds.keys()
    for one in kinds.values():
        if what == "another loss" and one.of_performances:
            continue
        task = task_of(one.of_performances, one.rule)
        assert not list(reproduce.begins_otherwise(one, first_losses(task, one.settings).tolist(), same=True)), one.name
        wrong = first_losses(task, WRONG[what](one.settings)).tolist()
        assert list(reproduce.begins_otherwise(one, wrong, same=False)), one.name


def test_every_training_that_is_done_to_its_end_has_its_rows_in_git() -> None:
    """Also those of an extension that are as small as the paper's."""
    reproduce.table.cache_clear()
    study = everything()
    whole = [one for one in study if reproduce.goes_on(one)]
    assert len(whole) == 1000 < sum(one.is_small for one in study)
    for one in whole:
        assert reproduce.lines_of(one, reproduce.points_path(one))
        assert len(reproduce.seeds_of(one))
    kept = set(reproduce.table(paths.FIRST_UPDATES).training)
    assert kept == {one.name for one in study}


CONSTANT = 42.4332  # percent, of <NEXT> in what the sweeps are scored on
PAPER_CELL = ("softmax", "adam", "constant", "all", "random")
CORRECTED_CELL = ("logits", *PAPER_CELL[1:])


@pytest.mark.parametrize(
    ("call", "cell", "figures", "passes"),
    [
        ("explain_crossed", PAPER_CELL, (CONSTANT, 25.9, 1), True),  # collapsed, with any nats
        ("explain_crossed", PAPER_CELL, (45.2, 3.9, 30), True),  # escaped, as far as a seed in git
        ("explain_crossed", PAPER_CELL, (47.0, 2.2, 70), False),  # the corrected network
        ("explain_crossed", PAPER_CELL, (3.0, 30.0, 1), False),  # another symbol
        ("explain_crossed", PAPER_CELL, (41.0, 4.0, 9), False),
        ("explain_crossed", CORRECTED_CELL, (CONSTANT, 25.9, 1), False),  # the paper's
        ("explain_crossed", CORRECTED_CELL, (46.0, 2.3, 70), False),  # stopped early
        ("explain_epsilon", ("adam", "constant", "0.0001"), (CONSTANT, 25.9, 1), True),
        ("explain_epsilon", ("adam", "constant", "0.0001"), (45.2, 3.9, 30), False),  # the law says that none escapes
        ("explain_epsilon", ("adam", "constant", "1e-16"), (45.2, 3.9, 30), True),
        ("train_corrected", (), (48.70, 2.086, 82), True),
        ("train_corrected", (), (47.4, 2.17, 75), False),
        ("train_corrected", (), (42.47, 14.0, 1), False),
        ("train_paper", (), (48.28, 2.09, 80), False),
        ("train_paper", (), (42.4724, 14.0, 1), True),
    ],
)
def test_on_another_processor_a_wrong_end_does_not_pass(
    call: str, cell: tuple[str, ...], figures: tuple[float, float, int], passes: bool
) -> None:
    """By the study in git."""
    reproduce.table.cache_clear()
    one = next(one for one in everything() if one.call == call and (not cell or tuple(one.candidate.values()) == cell))
    share = 42.4724 if call.startswith("train") else CONSTANT
    found = dict(zip(("accuracy", "nats", "distinct"), figures, strict=True)) | {"next_share": share}
    assert (not list(reproduce.unlike(one, found))) == passes
