"""report.plateau: when each run collapsed or escaped and who escapes, as tables and pictures."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing.files import damaged, write_bytes, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report import escape
from maestro_lstm.report.pictures import accuracy_picture, collapse_picture
from maestro_lstm.report.plateau import (
    Outcome,
    crossing_as_text,
    ends_as_text,
    optimizers_as_text,
    outcome_rows,
    outcomes,
    read_probes,
)
from maestro_lstm.report.threshold import Swallowed, lead_of, threshold_as_text
from maestro_lstm.study.metrics import EXPLAIN, Summary, of_candidates, read_runs
from maestro_lstm.study.plateau import CROSSINGS, Cell, CrossingName, Values, candidates, factors_of
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.relabel import names_of_next, relabelled
from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS
from maestro_lstm.training.probes import Probes
from maestro_lstm.training.windows import Plain
from stages import command, paths


@dataclass(frozen=True)
class Crossed:
    """What is known of a crossing, by cell."""

    factors: list[str]
    summaries: Mapping[Values, Summary]
    probes: Mapping[Values, pd.DataFrame]
    outcomes: Mapping[Values, Sequence[Outcome]]


def main() -> None:
    params = load_params()
    found = {name: read(params, name) for name in CROSSINGS}
    rows = [row for name, one in found.items() for row in outcome_rows(name, one.outcomes)]
    write_csv(paths.PLATEAU / "outcomes.csv", rows)
    texts: dict[str, str] = {
        name: crossing_as_text(one.factors, one.summaries, one.outcomes) for name, one in found.items()
    }
    causes = {Cell(*values): summary for values, summary in found["crossed"].summaries.items()}
    texts["ends"] = ends_as_text(causes)
    texts["optimizers"] = optimizers_as_text(causes, next(iter(causes.values()))["next_share"])
    law(found, texts)
    texts["threshold"] = threshold_as_text(list(swallowed(found)))
    for name, text in texts.items():
        write_text(paths.PLATEAU / "tables" / f"{name}.md", text + "\n")
        print(f"{text}\n")
    draw_causes(params, found["crossed"].probes)


def read(params: Params, name: CrossingName) -> Crossed:
    """Raises UserError for files that are missing, damaged or of different seeds."""
    factors, cells = factors_of(params, name), list(candidates(params, name))
    runs, probed = paths.explained(name), paths.probes(name)
    summaries = of_candidates(read_runs(runs, factors, EXPLAIN), cells, runs)
    probes = of_candidates(read_probes(probed, factors), cells, probed)
    for values, table in probes.items():
        if sorted(set(table["seed"])) != sorted(run["seed"] for run in summaries[values]["runs"]):
            raise damaged(probed, f"{' '.join(map(str, values))}: its seeds are not those of {runs}")
    found = {values: outcomes(table, summaries[values]) for values, table in probes.items()}
    return Crossed(factors, summaries, probes, found)


def law(found: Mapping[CrossingName, Crossed], texts: dict[str, str]) -> None:
    """The law of ε: fitted on every other seed at the constant rate, tried on all else."""
    by_epsilon, scaled = found["epsilon"], found["scale"]
    by_rate: dict[str, dict[float, Sequence[Outcome]]] = {}
    for (_, rate, epsilon), own in by_epsilon.outcomes.items():
        by_rate.setdefault(rate, {})[epsilon] = own
    least = min(by_rate[next(iter(by_rate))])
    norms = {rate: escape.escape_norms(own.pop(least)) for rate, own in by_rate.items()}
    constant, *others = by_rate
    even, odd = ({seed: norm for seed, norm in norms[constant].items() if seed % 2 == one} for one in (0, 1))
    fitted_on = escape.trials(even, by_rate[constant].items())
    factor = escape.fitted(fitted_on)
    tested = {
        f"{constant} rate, even seeds (fitted)": fitted_on,
        f"{constant} rate, odd seeds": escape.trials(odd, by_rate[constant].items()),
        **{f"{rate} rate": escape.trials(norms[rate], by_rate[rate].items()) for rate in others},
        "loss scaled to another ε, odd seeds": escape.trials(
            odd,
            [
                (epsilon / scale, own)
                for (epsilon, scale), own in scaled.outcomes.items()
                if not any(math.isclose(epsilon / scale, one) for one in by_rate[constant])
            ],
        ),
    }
    for limit in ("sgd", "adagrad"):  # by the law neither escapes: its steps shrink with the gradient
        tested[f"{limit}, at every rate that collapses"] = [
            escape.Trial(0.0, float(rate), run.escaped_at is not None, run.stays)
            for (output, optimizer, rate), own in found["rate"].outcomes.items()
            for run in own
            if (output, optimizer) == ("softmax", limit) and run.collapsed_at is not None
        ]
    texts["law"] = escape.law_as_text({name: trials for name, trials in tested.items() if trials}, factor)
    texts["control"] = escape.control_as_text(
        {values: (scaled.probes[values], own) for values, own in scaled.outcomes.items()},
        {
            values[2]: (by_epsilon.probes[values], own)
            for values, own in by_epsilon.outcomes.items()
            if values[1] == constant
        },
    )
    shares = {
        rate: [escape.tried(norms[rate], epsilon, factor, own) for epsilon, own in each.items()]
        for rate, each in by_rate.items()
    }
    probes = next(table for values, table in by_epsilon.probes.items() if values[1:] == (constant, least))
    picture = escape.escape_picture(probes, norms[constant], factor, shares)
    write_bytes(paths.PLATEAU / "pictures" / "escape.svg", picture)


def swallowed(found: Mapping[CrossingName, Crossed]) -> Iterator[Swallowed]:
    """The doses and the shares of `<NEXT>`, with the lead of the commonest symbol in the training split."""
    ids = load_ids(paths.encoded("train"))
    for (sharpness,), runs in found["dose"].outcomes.items():
        yield Swallowed(f"softmax × {sharpness:g}", len(SYMBOLS), lead_of(ids), sharpness, runs)
    for (kept,), runs in found["share"].outcomes.items():
        if kept == 1:  # the first of the doses
            continue
        symbols = len(SYMBOLS) + names_of_next(kept)
        yield Swallowed(f"`<NEXT>` kept: {kept:g}", symbols, lead_of(relabelled(ids, kept)), 1.0, runs)


def draw_causes(params: Params, probes: Mapping[Values, pd.DataFrame]) -> None:
    """The outputs beside each other, everything else as it stands first in params.yaml: as in the paper."""
    cells = {Cell(*values): table for values, table in probes.items()}
    first = next(iter(cells))
    shown = {cell.output: table for cell, table in cells.items() if cell._replace(output=first.output) == first}
    windows = Probes(Plain(load_ids(paths.encoded("train"))), len(SYMBOLS), params.explain.seq_len, 0, 1, 1).windows
    next_share = 100 * float((windows[:, 1:] == NEXT_ID).mean())
    write_bytes(paths.PLATEAU / "pictures" / "accuracy.svg", accuracy_picture(shown, next_share))
    write_bytes(paths.PLATEAU / "pictures" / "collapse.svg", collapse_picture(shown, len(SYMBOLS)))


if __name__ == "__main__":
    command.run(main)
