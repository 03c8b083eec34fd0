"""performances: MIDI to performances, notes with time, force and pedal, one folder of columns per split."""

from maestro_lstm.data.corpus.pieces import SPLITS, read_index, write_index
from maestro_lstm.data.performances.parsing import counts, parse_corpus
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from stages import command, paths


def main() -> None:
    params = load_params()
    with whole_folder(paths.PERFORMANCES) as folder:
        pieces, bad = parse_corpus(
            paths.CORPUS, read_index(paths.CORPUS), folder, params.performances.pedal, params.parse.max_bad
        )
        write_index(folder, pieces)
        figures = [counts(folder / split, split) for split in SPLITS]
    write_csv(paths.PERFORMER / "performances.csv", figures)
    for one in figures:
        print(f"{one['split']}: {one['pieces']:,} pieces, {one['notes']:,} notes, {one['events']:,} of 388 events")
    for problem in bad:
        print(f"skipped {problem}")


if __name__ == "__main__":
    command.run(main)
