"""check_lengths: every sequence length fits the splits, checked before DVC deletes what a training made."""

from maestro_lstm.data.corpus.pieces import SPLITS
from maestro_lstm.model.training.windows import check_seq_len
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.tables import read_csv
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.scoring.metrics import PARSE
from stages import command, paths


def main() -> None:
    params = load_params()
    asked = [("sweep_seq_len.candidates", seq_len) for seq_len in params.sweep_seq_len.candidates]
    asked += [("sweep_optimizer.seq_len", params.sweep_optimizer.seq_len)]
    asked += [("sweep_learning_rate.seq_len", params.sweep_learning_rate.seq_len)]
    asked += [("explain.seq_len", params.explain.seq_len)]
    asked += [] if params.seq_len == "auto" else [("seq_len", params.seq_len)]
    own = {name: params.networks[name].training for name in params.trained_networks}
    counted = read_csv(paths.PARSE, PARSE, words=("split",)).set_index("split")["symbols"]
    for split in SPLITS:
        symbols = int(counted[split])
        for key, seq_len in asked:
            check_seq_len(seq_len, symbols, split, key)
        for name, training in own.items():
            if training:  # its streams lie side by side in the training split
                parts = training.batch if split == "train" else 1
                check_seq_len(training.seq_len, symbols, split, f"networks.{name}.training.seq_len", parts)
    write_text(paths.LENGTHS_CHECKED, "every sequence length fits the splits\n")


if __name__ == "__main__":
    command.run(main)
