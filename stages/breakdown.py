"""breakdown: every predictor on test, where it is right and how sure that is: tables and pictures."""

from maestro_lstm.breakdown import read_breakdown
from maestro_lstm.breakdown_report import as_text, figures_of, points_of
from maestro_lstm.files import write_bytes, write_csv, write_json, write_text
from maestro_lstm.params import load_params
from maestro_lstm.pictures import breakdown_picture, symbols_picture
from stages import command, paths


def main() -> None:
    params = load_params()
    names = [*(f"{order}-gram" for order in params.floors.orders), *params.train.networks]
    tables = {name: read_breakdown(paths.breakdown(name)) for name in names}
    for name, table in tables.items():
        write_json(paths.BREAKDOWN / "intervals" / f"{name}.json", figures_of(table))
    points = {by: points_of(tables, by) for by in ("position", "chord", "confidence", "symbol")}
    for by, some in points.items():
        write_csv(paths.BREAKDOWN / f"{by}.csv", some)
    pictures = {"symbols": symbols_picture(points.pop("symbol")), "breakdown": breakdown_picture(points)}
    for name, picture in pictures.items():
        write_bytes(paths.BREAKDOWN / f"{name}.svg", picture)
    text = as_text(tables)
    write_text(paths.BREAKDOWN / "tables.md", text + "\n")
    print(text)


if __name__ == "__main__":
    command.run(main)
