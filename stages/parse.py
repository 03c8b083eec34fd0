"""parse: MIDI to symbols, one JSON file per split (paper §3)."""

from maestro_lstm.data.corpus.pieces import SPLITS, read_index, write_index
from maestro_lstm.data.midi.parsing import counts, parse_corpus, read_pieces, skipped, streams_of
from maestro_lstm.data.vocabulary.chords import symbols_of
from maestro_lstm.plumbing.files import whole_folder, write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from stages import command, paths


def main() -> None:
    params = load_params().parse
    parsed = parse_corpus(paths.CORPUS, read_index(paths.CORPUS), params.engine, params.rule, params.max_bad)
    with whole_folder(paths.NOTES) as folder:
        for split in SPLITS:
            notes = [symbol for stream in streams_of(parsed, split) for symbol in symbols_of(stream)]
            write_json(folder / f"{split}.json", {"notes": notes}, indent=None)
        write_index(folder, read_pieces(parsed))
        write_csv(folder / "skipped.csv", skipped(parsed), ("split", "file", "problem"))
    figures = [counts(parsed, split) for split in SPLITS]
    write_csv(paths.PARSE, figures)
    for one in figures:
        print(f"{one['split']}: {one['symbols']:,} symbols, {one['next_share']:.4f} % <NEXT>, {one['files']} files")
    for one in skipped(parsed):
        print(f"{one['split']}: skipped {one['file']}: {one['problem']}")


if __name__ == "__main__":
    command.run(main)
