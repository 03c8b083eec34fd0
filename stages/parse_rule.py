"""parse_rule: the corpus by one of the rules that are compared, as ids, and how many notes it has by any rule.

python -m stages.parse_rule clean
"""

from maestro_lstm.chords import NEXT_MARK, symbols_of
from maestro_lstm.corpus.pieces import read_index
from maestro_lstm.encoded import encode, save_ids
from maestro_lstm.files import whole_folder, write_json
from maestro_lstm.params import load_params
from maestro_lstm.parsing import parse_corpus, streams_of
from maestro_lstm.splits import SPLITS
from stages import command, paths


def main() -> None:
    params = load_params()
    rule = command.choice("rule", params.wish_rule.rule)
    pieces = read_index(paths.CORPUS)
    parsed = parse_corpus(paths.CORPUS, pieces, "fast", rule, params.parse.max_bad)
    once = parsed if rule == "clean" else parse_corpus(paths.CORPUS, pieces, "fast", "clean", params.parse.max_bad)
    figures = {}
    with whole_folder(paths.RULES / rule) as folder:
        for split in SPLITS:
            streams = streams_of(parsed, split)
            ids = encode([symbol for stream in streams for symbol in symbols_of(stream)])
            save_ids(folder / f"{split}.safetensors", ids)
            figures[split] = {
                "symbols": len(ids),
                "chords": sum(int((stream == NEXT_MARK).sum()) for stream in streams),
                "pitches": sum(int((stream != NEXT_MARK).sum()) for stream in streams),
                # `clean` says each note once
                "notes": sum(int((stream != NEXT_MARK).sum()) for stream in streams_of(once, split)),
            }
    write_json(paths.METRICS / "parse_rule" / f"{rule}.json", figures)
    for split, one in figures.items():
        print(f"{rule}, {split}: {one['symbols']:,} symbols, {one['pitches']:,} pitches for {one['notes']:,} notes")


if __name__ == "__main__":
    command.run(main)
