"""vocab: the vocabulary, and the splits as ids, one byte per symbol (paper §3)."""

from maestro_lstm.data.corpus.pieces import SPLITS
from maestro_lstm.data.vocabulary.encoded import encode, save_ids
from maestro_lstm.data.vocabulary.symbols import ID_OF_SYMBOL, SYMBOLS
from maestro_lstm.plumbing.files import read_json, write_json
from stages import command, paths


def main() -> None:
    write_json(paths.VOCAB / "sign2int.json", ID_OF_SYMBOL)
    write_json(paths.VOCAB / "int2sign.json", dict(enumerate(SYMBOLS)))
    for split in SPLITS:
        path = paths.NOTES / f"{split}.json"
        ids = encode(read_json(path)["notes"], str(path))
        save_ids(paths.encoded(split), ids)
        print(f"{split}: {len(ids):,} symbols")


if __name__ == "__main__":
    command.run(main)
