"""vocab: the vocabulary, and the splits as ids, one byte per symbol (paper §3)."""

from maestro_lstm.data.corpus.pieces import SPLITS
from maestro_lstm.data.vocabulary.encoded import encode, load_ids, save_ids
from maestro_lstm.data.vocabulary.symbols import ID_OF_SYMBOL, SYMBOLS
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import read_json, write_json
from stages import command, paths


def main() -> None:
    write_json(paths.VOCAB / "sign2int.json", ID_OF_SYMBOL)
    write_json(paths.VOCAB / "int2sign.json", dict(enumerate(SYMBOLS)))
    for split in SPLITS:
        files = sorted((paths.NOTES / split).glob("*.json"))
        if not files:
            raise UserError(f"{paths.NOTES / split} is missing or empty: run `dvc repro parse`")
        save_ids(paths.encoded(split), (encode(read_json(file)["notes"], str(file)) for file in files))
        print(f"{split}: {len(load_ids(paths.encoded(split))):,} symbols")


if __name__ == "__main__":
    command.run(main)
