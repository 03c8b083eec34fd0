"""performances: MIDI to performances, notes with time, force and pedal, one folder of columns per split."""

from maestro_lstm.corpus.index import SPLITS, read_index, write_index
from maestro_lstm.midi.files import Files
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.tokens.columns import counts, write_performances
from maestro_lstm.tokens.reading import guarded_performance
from stages import command, paths


def main() -> None:
    params = load_params()
    pedal, max_bad = params.performances.pedal, params.parse.max_bad
    files = Files(paths.CORPUS, read_index(paths.CORPUS), max_bad, guarded_performance, pedal)
    with whole_folder(paths.PERFORMANCES) as folder:
        for split in SPLITS:  # pieces are written as they are read: the corpus need not fit into memory
            write_performances(folder / split, files.of(split))
        write_index(folder, files.read)
        figures = [counts(folder / split, split) for split in SPLITS]
    write_csv(paths.PERFORMER / "performances.csv", figures)
    for one in figures:
        print(f"{one['split']}: {one['pieces']:,} pieces, {one['notes']:,} notes, {one['events']:,} of 388 events")
    for bad in files.skipped:
        print(f"skipped {bad['file']}: {bad['problem']}")


if __name__ == "__main__":
    command.run(main)
