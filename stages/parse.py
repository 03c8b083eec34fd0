"""parse: MIDI to symbols, a JSON a split (paper §3)."""

from maestro_lstm.chords import symbols_of
from maestro_lstm.corpus.pieces import read_index
from maestro_lstm.files import write_json
from maestro_lstm.params import load_params
from maestro_lstm.parsing import counts, parse_corpus, streams_of
from maestro_lstm.splits import SPLITS
from stages import command, paths


def main() -> None:
    params = load_params().parse
    parsed = parse_corpus(paths.CORPUS, read_index(paths.CORPUS), params.engine, params.rule, params.max_bad)
    for split in SPLITS:
        notes = [symbol for stream in streams_of(parsed, split) for symbol in symbols_of(stream)]
        write_json(paths.NOTES / f"{split}.json", {"notes": notes}, indent=None)
        figures = counts(parsed, split)
        write_json(paths.METRICS / "parse" / f"{split}.json", figures)
        print(
            f"{split}: {figures['symbols']:,} symbols, {figures['next_share']:.4f} % <NEXT>, {figures['files']} files"
        )
        for problem in figures["problems"]:
            print(f"{split}: skipped {problem}")


if __name__ == "__main__":
    command.run(main)
