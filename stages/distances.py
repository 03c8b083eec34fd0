"""distances: how far what the networks write is from real music, beside other real music; and chord sizes."""

import numpy as np

from maestro_lstm.augment import split_at_ends
from maestro_lstm.distance_report import as_text, chord_size_points, figures_of, halves, set_of
from maestro_lstm.encoded import load_ids
from maestro_lstm.files import write_bytes, write_csv, write_json, write_text
from maestro_lstm.params import load_params
from maestro_lstm.passages import in_any_key
from maestro_lstm.pictures import chord_sizes_picture
from maestro_lstm.symbols import Ids
from stages import command, paths
from stages.tested import pieces_of_test


def main() -> None:
    params = load_params()
    symbols = params.distances.symbols
    half, other = halves(split_at_ends(load_ids(paths.encoded("test"))), pieces_of_test(), symbols)
    writers: dict[str, list[Ids]] = {paths.REAL: other}
    for name in params.train.networks:
        for path in sorted((paths.DRAWN / name).glob("*.safetensors")):
            writer = name if path.stem == "plain" else f"{name}-{path.stem}"
            writers[writer] = list(load_ids(path).reshape(-1, symbols))
    reference = set_of(half)
    training = load_ids(paths.encoded("train"))
    in_keys = np.concatenate([in_any_key(piece) for piece in split_at_ends(training)])
    sets = {name: set_of(pieces) for name, pieces in writers.items()}
    points = chord_size_points(sets)
    write_csv(paths.DISTANCES / "chord_sizes.csv", points)
    write_bytes(paths.DISTANCES / "chord_sizes.svg", chord_sizes_picture(points))
    by_writer = {name: figures_of(one, reference, training, in_keys) for name, one in sets.items()}
    rows = []
    for name, figures in by_writer.items():
        write_json(
            paths.DISTANCES / "figures" / f"{name}.json", {key: round(one.mean, 4) for key, one in figures.items()}
        )
        rows += [
            {"measure": key, "writer": name, "value": one.mean, "low": one.low, "high": one.high}
            for key, one in figures.items()
        ]
    write_csv(paths.DISTANCES / "intervals.csv", rows)
    text = as_text(by_writer)
    write_text(paths.DISTANCES / "table.md", text)
    print(text)


if __name__ == "__main__":
    command.run(main)
