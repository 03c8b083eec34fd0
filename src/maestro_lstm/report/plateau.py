"""What became of each run of `explain`, and what that says, as tables: of any crossing, and of the causes suspected."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from maestro_lstm.evaluation.significance import difference, figures
from maestro_lstm.plumbing.tables import markdown, read_csv
from maestro_lstm.report.significance import difference_cells, p_of, verdict, with_spread
from maestro_lstm.study.metrics import Summary
from maestro_lstm.study.plateau import Cell, Values
from maestro_lstm.training.probes import Probe

SURE = 0.99  # mean probability of `<NEXT>` above which a network predicts nothing else
PROBED = ("seed", *(field.name for field in fields(Probe)))


@dataclass(frozen=True)
class Outcome:
    """What became of one run. In updates, as precise as the probes; None: it did not happen."""

    seed: int
    collapsed_at: int | None  # first probed with a mean probability of `<NEXT>` of at least SURE
    escaped_at: int | None  # after that, first probed below it and predicting anything else
    gradient_norm: float  # the least that was probed before it escaped, or until the end
    state_spread: float  # there: how much of its input the network still knew
    stays: bool  # predicts a single symbol at the end, on validation


def read_probes(path: Path, factors: Sequence[str]) -> dict[tuple[str, ...], pd.DataFrame]:
    """The probes of each cell's runs, by its values. Raises UserError, naming the file."""
    table = read_csv(path, (*factors, *PROBED), words=factors)
    return {tuple(map(str, cell)): rows for cell, rows in table.groupby(list(factors), sort=False)}


def outcomes(probes: pd.DataFrame, runs: Summary) -> list[Outcome]:
    """What became of each seed's run.

    Args:
        probes, runs: of a cell: what was probed, and how each ended.
    """
    found, stays = [], {int(run["seed"]): bool(run["collapsed"]) for run in runs["runs"]}
    for seed, run in probes.groupby("seed"):
        sure = run[run["next_probability"] >= SURE]
        collapsed_at = None if sure.empty else int(sure["update"].iloc[0])
        free = run[(run["update"] > (collapsed_at or 0)) & (run["next_probability"] < SURE) & (run["distinct"] > 1)]
        escaped_at = None if collapsed_at is None or free.empty else int(free["update"].iloc[0])
        before = run[run["update"] < (escaped_at or math.inf)]
        least = before.iloc[int(before["gradient_norm"].argmin())]
        there = (float(least["gradient_norm"]), float(least["state_spread"]))
        found.append(Outcome(int(str(seed)), collapsed_at, escaped_at, *there, stays[int(str(seed))]))
    return found


def outcome_rows(crossing: str, by_cell: Mapping[Values, Sequence[Outcome]]) -> list[dict[str, Any]]:
    """As rows of one table for all crossings; empty: it did not happen."""
    return [
        {"crossing": crossing, "cell": " ".join(map(str, values))}
        | {key: "" if value is None else value for key, value in vars(one).items() if key != "stays"}
        | {"collapsed": int(one.stays)}
        for values, own in by_cell.items()
        for one in own
    ]


def span_of(updates: Sequence[int | None]) -> str:
    """The lowest to the highest of them; empty if there is none."""
    there = sorted(update for update in updates if update is not None)
    if not there:
        return ""
    return f"{there[0]:,}" if there[0] == there[-1] else f"{there[0]:,} … {there[-1]:,}"


def crossing_as_text(
    factors: Sequence[str], cells: Mapping[Values, Summary], by_cell: Mapping[Values, Sequence[Outcome]]
) -> str:
    """A crossing in Markdown, from each cell's figures over seeds and its runs' outcomes."""
    rows = []
    for values, summary in cells.items():
        own = by_cell[values]
        escaped = [outcome.escaped_at for outcome in own if outcome.escaped_at is not None]
        rows.append(
            [
                *(f"{value:g}" if isinstance(value, float) else str(value) for value in values),
                f"{summary['accuracy']:.2f} ± {summary['accuracy_std']:.2f} %",
                f"{summary['nats']:.3f}",
                f"{summary['distinct']:g}",
                f"{sum(one.stays for one in own)} of {len(own)}",
                span_of([outcome.collapsed_at for outcome in own]),
                f"{len(escaped)}: {span_of(escaped)}" if escaped else "",
            ]
        )
    words = {"learning_rate": "rate", "loss_of": "loss of", "loss_scale": "loss ×", "next_kept": "`<NEXT>` kept"}
    head = [words.get(factor, factor) for factor in factors]
    head += ["accuracy", "nats", "distinct", "collapsed at the end", "collapsed at update", "escaped, at update"]
    return markdown(head, rows, text_columns=len(factors))


def ends_as_text(cells: Mapping[Cell, Summary]) -> str:
    """How many runs end predicting one symbol, for each output, in Markdown; p by Fisher's exact test."""
    from scipy.stats import fisher_exact

    rows = []
    optimizers = list(dict.fromkeys(cell.optimizer for cell in cells))
    losses = list(dict.fromkeys(cell.loss_of for cell in cells))
    for optimizer in optimizers:
        for loss in (*losses, None) if len(losses) > 1 else losses:
            ends: dict[str, list[int]] = {"softmax": [], "logits": []}
            for cell, summary in cells.items():
                if cell.optimizer == optimizer and loss in (cell.loss_of, None):
                    ends[cell.output] += [run["collapsed"] for run in summary["runs"]]
            counts = [(sum(one), len(one) - sum(one)) for one in ends.values()]
            p = float(fisher_exact(counts).pvalue) if all(map(any, counts)) else math.nan
            shown = [f"{stay} of {stay + left}" for stay, left in counts]
            rows.append([optimizer, loss or "either", *shown, p_of(p)])
    head = ("optimizer", "loss of", "softmax twice: collapsed at the end", "softmax once", "p")
    return markdown(head, rows, text_columns=2)


def optimizers_as_text(cells: Mapping[Cell, Summary], always: float) -> str:
    """The paper's first experiment with the softmax taken twice and once, in Markdown.

    Args:
        always: what always predicting `<NEXT>` scores, percent.
    """
    rows = []
    for optimizer in dict.fromkeys(cell.optimizer for cell in cells):
        pair = [cells.get(Cell(output, optimizer, "constant", "all", "random")) for output in ("softmax", "logits")]
        twice, once = pair
        if twice is None or once is None:
            continue
        one, other = figures(once, "accuracy"), figures(twice, "accuracy")
        apart = difference(one, other)
        shown = [f"{with_spread(each)} %" for each in (other, one)]
        left = [f"{sum(value > always for value in each)} of {len(each)}" for each in (other, one)]
        rows.append(
            [optimizer, shown[0], left[0], shown[1], left[1], *difference_cells(apart), verdict(apart.significant)]
        )
    head = ("optimizer", "softmax twice", "above always `<NEXT>`", "softmax once", "above always `<NEXT>`")
    return markdown((*head, "difference, points", "95 %", "p", "told apart?"), rows)
