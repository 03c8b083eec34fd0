"""rules: the corpus by each chord rule that is compared, as ids, and how many notes it has by any rule."""

from maestro_lstm.corpus.index import SPLITS, read_index
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.tokens.chords import symbols_of
from maestro_lstm.tokens.encoded import encode, save_ids
from maestro_lstm.tokens.parsing import Corpus
from stages import command, paths


def main() -> None:
    params = load_params()
    pieces = read_index(paths.CORPUS)
    rules = dict.fromkeys([*params.extend_rule.rule, "clean"])  # `clean` names each note once: it counts the notes
    corpora = {rule: Corpus(paths.CORPUS, pieces, "fast", rule, params.parse.max_bad) for rule in rules}
    with whole_folder(paths.RULES) as folder:
        for rule, corpus in corpora.items():
            for split in SPLITS:
                ids = (encode(symbols_of(stream)) for stream in corpus.streams(split))
                if rule in params.extend_rule.rule:
                    save_ids(folder / rule / f"{split}.safetensors", ids)
                else:
                    for _ in ids:
                        pass
    rows = [
        {
            "rule": rule,
            "split": split,
            "symbols": corpora[rule].counts[split].symbols,
            "chords": corpora[rule].counts[split].chords,
            "pitches": corpora[rule].counts[split].pitches,
            "notes": corpora["clean"].counts[split].pitches,
        }
        for rule in params.extend_rule.rule
        for split in SPLITS
    ]
    write_csv(paths.EXTENSIONS / "rules.csv", rows)
    for one in rows:
        pitches = f"{one['pitches']:,} pitches for {one['notes']:,} notes"
        print(f"{one['rule']}, {one['split']}: {one['symbols']:,} symbols, {pitches}")


if __name__ == "__main__":
    command.run(main)
