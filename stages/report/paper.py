"""report.paper: the paper's tables beside ours, one metrics file per row; a picture, points and losses for plots."""

import pandas as pd

from maestro_lstm.params.params import SWEEPS, load_params
from maestro_lstm.plumbing.files import read_json, write_bytes, write_json, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.paper import (
    compare,
    comparisons_as_text,
    leading,
    leads_as_text,
    loss_points,
    read_curve,
    read_curves,
    rows_of,
)
from maestro_lstm.report.pictures import tables_picture
from maestro_lstm.study.metrics import SWEEP, Summary, of_candidates, read_runs, read_split
from stages import command, paths


def main() -> None:
    params = load_params()
    # the lists in params.yaml, not the rows found: a sweep may hold candidates that were taken out since
    tried: dict[str, list[str]] = {
        sweep: [str(candidate) for candidate in params.candidates(sweep)] for sweep in SWEEPS
    }
    ours: dict[tuple[str, str], Summary] = {}
    curves: dict[str, dict[str, pd.DataFrame]] = {}
    for sweep in SWEEPS:
        found = read_runs(paths.sweep(sweep), ("candidate",), SWEEP)
        wanted = of_candidates(found, [(one,) for one in tried[sweep]], paths.sweep(sweep))
        ours |= {(sweep, candidate): summary for (candidate,), summary in wanted.items()}
        curve = of_candidates(read_curves(paths.curves(sweep)), [(one,) for one in tried[sweep]], paths.curves(sweep))
        curves[sweep] = {candidate: table for (candidate,), table in curve.items()}
    networks = list(params.train.networks)
    ours |= {("final", network): read_split(paths.of_network("evaluate", network), "test") for network in networks}
    curves["final"] = {network: read_curve(paths.of_network("curves", network)) for network in networks}

    comparisons = compare(rows_of(read_json(paths.PAPER_TABLES), {**tried, "final": networks}), ours)
    shown, leads = {}, {}
    for table in (*SWEEPS, "final"):
        rows = [one for one in comparisons if one.row.table == table]
        shown[rows[0].row.title] = points = [point for one in rows for point in one.points()]
        write_csv(paths.METRICS / "tables" / f"{table}.csv", points)
        losses = {one.row.setting: curves[table][one.row.setting] for one in rows}
        write_csv(paths.METRICS / "losses" / f"{table}.csv", loss_points(losses))
        if table != "final" and len(rows) > 1:
            leads[rows[0].row.title] = leading(rows)
    for one in comparisons:
        write_json(paths.VS_PAPER / one.row.name, one.metrics())
    write_bytes(paths.METRICS / "tables" / "tables.svg", tables_picture(shown))
    text = f"{comparisons_as_text(comparisons)}\n\n{leads_as_text(leads)}\n"
    write_text(paths.METRICS / "tables.md", text)
    print(text)


if __name__ == "__main__":
    command.run(main)
