"""vocab: the vocabulary, and the splits as ids, one byte per symbol (paper §3).

Before that, every sequence length that params.yaml asks for is held against the splits: one that does not fit stops the
run here, before DVC deletes what a training made.
"""

from collections.abc import Iterator

from maestro_lstm.corpus.index import SPLITS
from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing.errors import NotMade
from maestro_lstm.plumbing.files import damaged, read_json, write_json
from maestro_lstm.plumbing.tables import read_csv
from maestro_lstm.study.metrics import PARSE
from maestro_lstm.tokens.encoded import encode, load_ids, save_ids
from maestro_lstm.tokens.vocabulary import ID_OF_SYMBOL, SYMBOLS
from maestro_lstm.training.windows import check_seq_len
from stages import command, paths


def lengths_in(params: Params) -> Iterator[tuple[str, int, int]]:
    """Every key with a sequence length, the length, and how many streams lie side by side in the training split."""
    for seq_len in params.sweep_seq_len.candidates:
        yield "sweep_seq_len.candidates", seq_len, 1
    yield "sweep_optimizer.seq_len", params.sweep_optimizer.seq_len, 1
    yield "sweep_learning_rate.seq_len", params.sweep_learning_rate.seq_len, 1
    yield "explain.seq_len", params.explain.seq_len, 1
    if params.seq_len != "auto":
        yield "seq_len", params.seq_len, 1
    for name in params.trained_networks:
        if own := params.networks[name].training:
            yield f"networks.{name}.training.seq_len", own.seq_len, own.batch


def main() -> None:
    params = load_params()
    counted = read_csv(paths.PARSE, PARSE, words=("split",)).set_index("split")["symbols"]
    for split in SPLITS:
        if split not in counted:
            raise damaged(paths.PARSE, f"it has no {split} split")
        for key, seq_len, streams in lengths_in(params):
            check_seq_len(seq_len, int(counted[split]), split, key, streams if split == "train" else 1)
    write_json(paths.VOCAB / "sign2int.json", ID_OF_SYMBOL)
    write_json(paths.VOCAB / "int2sign.json", dict(enumerate(SYMBOLS)))
    for split in SPLITS:
        files = sorted((paths.PARSED / split).glob("*.json"))
        if not files:
            raise NotMade(f"{paths.PARSED / split} is missing or empty")
        save_ids(paths.encoded(split), (encode(read_json(file)["notes"], str(file)) for file in files))
        print(f"{split}: {len(load_ids(paths.encoded(split))):,} symbols")


if __name__ == "__main__":
    command.run(main)
