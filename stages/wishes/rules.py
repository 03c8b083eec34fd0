"""rules: the corpus by each chord rule that is compared, as ids, and how many notes it has by any rule."""

from maestro_lstm.data.corpus.pieces import SPLITS, read_index
from maestro_lstm.data.midi.parsing import parse_corpus, streams_of
from maestro_lstm.data.vocabulary.chords import NEXT_MARK, symbols_of
from maestro_lstm.data.vocabulary.encoded import encode, save_ids
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from stages import command, paths


def main() -> None:
    params = load_params()
    pieces = read_index(paths.CORPUS)
    rules = dict.fromkeys([*params.wish_rule.rule, "clean"])  # `clean` names each note once: it counts the notes
    parsed = {rule: parse_corpus(paths.CORPUS, pieces, "fast", rule, params.parse.max_bad) for rule in rules}
    rows = []
    with whole_folder(paths.RULES) as folder:
        for rule in params.wish_rule.rule:
            for split in SPLITS:
                streams = streams_of(parsed[rule], split)
                ids = encode([symbol for stream in streams for symbol in symbols_of(stream)])
                save_ids(folder / rule / f"{split}.safetensors", ids)
                one = {
                    "rule": rule,
                    "split": split,
                    "symbols": len(ids),
                    "chords": sum(int((stream == NEXT_MARK).sum()) for stream in streams),
                    "pitches": sum(int((stream != NEXT_MARK).sum()) for stream in streams),
                    "notes": sum(int((stream != NEXT_MARK).sum()) for stream in streams_of(parsed["clean"], split)),
                }
                rows.append(one)
                pitches = f"{one['pitches']:,} pitches for {one['notes']:,} notes"
                print(f"{rule}, {split}: {one['symbols']:,} symbols, {pitches}")
    write_csv(paths.WISHES / "rules.csv", rows)


if __name__ == "__main__":
    command.run(main)
