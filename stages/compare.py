"""compare: the paper's tables beside ours, a metrics file a row; a picture, and points and loss curves for plots."""

from maestro_lstm.curves import loss_points, read_curve
from maestro_lstm.figures import read_one_pass, read_over_seeds
from maestro_lstm.files import read_json, write_bytes, write_csv, write_json, write_text
from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.pictures import tables_picture
from maestro_lstm.tables import as_text, compare, leading, leads_as_text, rows_of, scores_as_text
from stages import command, paths


def main() -> None:
    params = load_params()
    # the lists in params.yaml, not the files found: a candidate taken out leaves its file behind
    tried: dict[str, list[str]] = {sweep: [str(c) for c in params.candidates(sweep)] for sweep in SWEEPS}
    tried["final"] = list(params.train.networks)
    rows = rows_of(read_json(paths.PAPER_TABLES), tried)
    comparisons = compare(rows, lambda name: read_over_seeds(paths.METRICS / name))
    for one in comparisons:
        write_json(paths.VS_PAPER / f"{one.row.table}_{one.row.setting}.json", one.figures())
    shown = {}
    for table in tried:
        those = [one for one in comparisons if one.row.table == table]
        shown[those[0].row.title] = points = [point for one in those for point in one.points()]
        write_csv(paths.METRICS / "tables" / f"{table}.csv", points)
        curves = {one.row.setting: read_curve(paths.METRICS / one.row.curve) for one in those}
        write_csv(paths.METRICS / "losses" / f"{table}.csv", loss_points(curves))
    write_bytes(paths.METRICS / "tables" / "tables.svg", tables_picture(shown))
    test = paths.METRICS / "evaluate" / "test"
    floors = [f"{order}-gram" for order in params.floors.orders]
    scores = {name: read_one_pass(test / f"{name}.json") for name in floors}
    scores |= {name: read_over_seeds(test / f"{name}.json") for name in params.train.networks}
    leads = {}
    for sweep in SWEEPS:
        candidates = [one for one in comparisons if one.row.table == sweep]
        if len(candidates) > 1:
            leads[candidates[0].row.title] = leading(candidates)
    text = "\n\n".join((as_text(comparisons), leads_as_text(leads), scores_as_text(scores))) + "\n"
    write_text(paths.METRICS / "tables.md", text)
    print(text)


if __name__ == "__main__":
    command.run(main)
