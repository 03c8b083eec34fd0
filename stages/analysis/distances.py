"""distances: how far the networks' music is from real music, beside other real music; and chord sizes."""

import numpy as np

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.keys import split_at_ends
from maestro_lstm.data.vocabulary.symbols import Ids
from maestro_lstm.music.names import REAL
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.distance.passages import in_any_key
from maestro_lstm.study.distance.table import as_text, chord_size_points, figures_of, halves, interval_rows, set_of
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.report.pictures import chord_sizes_picture
from stages import command, paths
from stages.held_out import pieces_of_test


def main() -> None:
    params = load_params()
    symbols = params.distances.symbols
    half, other = halves(split_at_ends(load_ids(paths.encoded("test"))), pieces_of_test(), symbols)
    writers: dict[str, list[Ids]] = {REAL: other}
    for name in params.trained_networks:
        found = sorted((paths.SAMPLES / name).glob("*.safetensors"))
        if not found:
            raise UserError(f"{paths.SAMPLES / name} is missing or empty: run `dvc repro -P`")
        for path in found:
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
    write_csv(paths.DISTANCES / "intervals.csv", interval_rows(by_writer))
    text = as_text(by_writer)
    write_text(paths.DISTANCES / "table.md", text)
    print(text)


if __name__ == "__main__":
    command.run(main)
