"""likeness: how far the played music is from real performances, beside other real ones, and minute by minute."""

from maestro_lstm.data.corpus.pieces import read_index
from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.music.names import REAL
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import PERFORMER, load_params
from maestro_lstm.study.performances.distance import (
    distances_as_text,
    figures_of,
    halves,
    interval_rows,
    minutes_as_text,
    outside,
)
from stages import command, paths


def main() -> None:
    seconds = load_params().play.samples.seconds
    works = [piece for piece in read_index(paths.PERFORMANCES) if piece.split == "test"]
    real = list(open_performances(paths.PERFORMANCES / "test"))
    half, other = halves([piece.beginning(seconds) for piece in real], works)
    writers = {REAL: other}
    for way in ("plain", "steered"):
        writers[f"{PERFORMER}, {way}"] = list(open_performances(paths.PLAYED / way))
    figures = {name: figures_of(pieces, half) for name, pieces in writers.items()}
    minutes = max(seconds // 60, 1)
    collapse = {name: outside(pieces, half, minutes) for name, pieces in writers.items()}
    write_csv(paths.PERFORMER / "distances.csv", interval_rows(figures))
    text = f"{distances_as_text(figures, collapse)}\n\n{minutes_as_text(writers, minutes)}"
    write_text(paths.PERFORMER / "distances.md", text + "\n")
    print(text)


if __name__ == "__main__":
    command.run(main)
