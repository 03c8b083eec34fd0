"""What the paper wished for: each sweep as a table, and as points for plots."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from maestro_lstm.evaluation.significance import (
    Difference,
    Interval,
    Labels,
    difference,
    difference_of_few,
    figures,
    over_works,
    per_note_over_works,
)
from maestro_lstm.plumbing.tables import markdown
from maestro_lstm.report.significance import between, difference_cells, verdict, with_spread
from maestro_lstm.study.metrics import Summary

Candidate = tuple[Any, ...]
PER_NOTE = {"nats_a_note": "nats a note", "nats_with_order": "nats a note, with the order of chords, at most"}
FEW = 4  # seeds: with fewer no permutation can tell two candidates apart
HEADS = {
    "weights": "weights",
    "updates": "updates",
    "symbols_seen": "symbols seen",
    "accuracy": "accuracy",
    "accuracy_pitches": "on pitches",
    "nats": "nats",
    "nats_a_note": "nats a note",  # where rules are compared
    "nats_with_order": "with the order of chords, at most",
}
OF_NOTES = {"symbols_seen": "notes seen", "nats": "nats an event"}  # what these heads are there


def is_of_notes(run: Mapping[str, Any]) -> bool:
    """Whether a run's network reads performances, of which there is no accuracy."""
    return "accuracy" not in run


def candidates_as_text(
    factors: Sequence[str], candidates: Mapping[Candidate, Summary], wanted: Sequence[Candidate]
) -> str:
    """One sweep in Markdown, one row per candidate.

    Args:
        factors: what each value of a candidate is called.
        wanted: the candidates in order; those that are not in `candidates` diverged with at least one seed.
    """
    a_run = next(iter(candidates.values()))["runs"][0]
    keys, heads = [key for key in HEADS if key in a_run], HEADS | (OF_NOTES if is_of_notes(a_run) else {})
    first = next(key for key in keys if key in ("accuracy", "nats"))
    rows = []
    for one in wanted:
        cells = [_cell(candidates[one], key) if one in candidates else "" for key in keys]
        if one not in candidates:
            cells[keys.index(first)] = "diverged"
        rows.append([*map(str, one), *cells])
    return markdown([*factors, *(heads[key] for key in keys)], rows, text_columns=len(factors))


def _cell(summary: Summary, key: str) -> str:
    if key in ("weights", "updates", "symbols_seen"):
        return f"{np.mean(figures(summary, key)):,.0f}"
    return with_spread(figures(summary, key), 3 if "nats" in key else 2) + ("" if "nats" in key else " %")


@dataclass(frozen=True)
class Pair:
    """One candidate against another, in one measure."""

    seeds: Difference
    works: Interval

    @property
    def significant(self) -> bool | None:
        """Over seeds, and over works; None where one of them has no test."""
        if self.seeds.significant is None or math.isnan(self.works.low):
            return None
        return self.seeds.significant and (self.works.low > 0 or self.works.high < 0)


def pair_of(
    one: Candidate,
    other: Candidate,
    candidates: Mapping[Candidate, Summary],
    pieces: Mapping[Candidate, pd.DataFrame],
    measure: str,
    works: Labels,
) -> Pair:
    """Compare two candidates of a sweep.

    Args:
        pieces: of each candidate, its figures by piece.
        works: of all pieces.
    """
    runs = {candidate: figures(summary, measure) for candidate, summary in candidates.items()}
    few = min(len(runs[one]), len(runs[other])) < FEW
    seeds = (
        difference_of_few(runs[one], runs[other], list(runs.values())) if few else difference(runs[one], runs[other])
    )
    if measure in PER_NOTE:
        a_run = candidates[other]["runs"][0]
        notes = round(a_run["nats"] * a_run["symbols"] / a_run["nats_a_note"])
        both = pieces[one], pieces[other]
        return Pair(seeds, per_note_over_works(*both, notes, works, with_order=measure == "nats_with_order"))
    return Pair(seeds, over_works(pieces[one], pieces[other], measure, works))


def differences_as_text(
    pairs: Sequence[tuple[Candidate, Candidate]],
    candidates: Mapping[Candidate, Summary],
    pieces: Mapping[Candidate, pd.DataFrame],
    works: Labels,
) -> str:
    """How far candidates are apart, in Markdown: two rows for each pair, accuracy and nats; where rules are compared,
    whose symbols are not the same, nats a note, without and with the order of chords."""
    a_run, rows = next(iter(candidates.values()))["runs"][0], []
    measures = {"accuracy": "points of accuracy", "nats": HEADS["nats"]}
    if "nats_a_note" in a_run:
        measures = PER_NOTE
    elif is_of_notes(a_run):
        measures = {"nats": OF_NOTES["nats"]}
    for one, other in pairs:
        for measure, label in measures.items():
            pair = pair_of(one, other, candidates, pieces, measure, works)
            digits = 2 if measure == "accuracy" else 3
            over = between(pair.works.low, pair.works.high, digits)
            who = f"{_named(one)} against {_named(other)}"
            rows.append([who, label, *difference_cells(pair.seeds, digits), over, verdict(pair.significant)])
    head = ("compared", "in", "difference", "95 % over seeds", "p", "95 % over works", "told apart?")
    return markdown(head, rows, text_columns=2)


def _named(candidate: Candidate) -> str:
    return (
        " × ".join(map(str, candidate))
        if all(isinstance(value, int) for value in candidate)
        else ", ".join(map(str, candidate))
    )


def axes(candidates: Mapping[Candidate, Summary]) -> dict[str, str]:
    """What is drawn of a sweep, and what its axis is called."""
    a_run = next(iter(candidates.values()))["runs"][0]
    if is_of_notes(a_run):
        return {"nats": OF_NOTES["nats"]}
    nats = {"nats_a_note": PER_NOTE["nats_a_note"]} if "nats_a_note" in a_run else {"nats": "nats a symbol"}
    return {"accuracy": "accuracy on validation, percent", **nats}


def points(candidates: Mapping[Candidate, Summary]) -> list[dict[str, Any]]:
    """One point per run: along the last value of a candidate, in a group for the values before it."""
    return [
        {
            "setting": candidate[-1],
            "group": " ".join(map(str, candidate[:-1])),
            "seed": run["seed"],
            **{key: run[key] for key in ("accuracy", "nats", *PER_NOTE) if key in run},
        }
        for candidate, summary in candidates.items()
        for run in summary["runs"]
    ]
