"""plateau: what `explain` saw, as one table, the points of a plot, and two pictures."""

from dataclasses import asdict

from maestro_lstm.encoded import load_ids
from maestro_lstm.figures import read_over_seeds
from maestro_lstm.files import damaged, write_bytes, write_csv, write_json, write_text
from maestro_lstm.params import load_params
from maestro_lstm.pictures import accuracy_picture, collapse_picture
from maestro_lstm.plateau import as_text, fates, look_points, read_probes
from maestro_lstm.probes import Probes
from maestro_lstm.study import all_cells
from maestro_lstm.symbols import NEXT_ID, SYMBOLS
from stages import command, paths


def main() -> None:
    params = load_params()
    cells = all_cells(params)
    figures = {cell: read_over_seeds(paths.EXPLAIN / f"{cell.name}.json") for cell in cells}
    probes = {cell: read_probes(paths.PROBES / f"{cell.name}.csv") for cell in cells}
    for cell, table in probes.items():
        if sorted(set(table["seed"])) != sorted(run["seed"] for run in figures[cell]["runs"]):
            raise damaged(paths.PROBES / f"{cell.name}.csv", "its seeds are not those of the figures")
    by_cell = {cell: fates(table) for cell, table in probes.items()}
    write_json(
        paths.PLATEAU / "fates.json", {cell.name: [asdict(fate) for fate in runs] for cell, runs in by_cell.items()}
    )
    text = as_text(figures, by_cell) + "\n"
    write_text(paths.PLATEAU / "table.md", text)
    write_csv(paths.PLATEAU / "looks.csv", look_points(probes))

    # the pictures compare the outputs, all else as it stands first in params.yaml: as in the paper
    first = cells[0]
    shown = {
        cell.output: probes[cell]
        for cell in cells
        if (cell.learning_rate, cell.loss, cell.draws) == (first.learning_rate, first.loss, first.draws)
    }
    windows = Probes(load_ids(paths.encoded("train")), len(SYMBOLS), params.explain.seq_len, 0, 1, 1).windows
    next_share = 100 * float((windows[:, 1:] == NEXT_ID).double().mean())
    pictures = {
        "accuracy": accuracy_picture(shown, next_share),
        "collapse": collapse_picture(shown, len(SYMBOLS)),
    }
    for name, picture in pictures.items():
        write_bytes(paths.PLATEAU / f"{name}.svg", picture)
    print(text)


if __name__ == "__main__":
    command.run(main)
