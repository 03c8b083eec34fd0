"""excerpts: how pieces of the test split begin, as the symbols say it: real music to lay beside the networks'."""

import numpy as np

from maestro_lstm.augment import split_at_ends
from maestro_lstm.composing import excerpt
from maestro_lstm.encoded import load_ids
from maestro_lstm.params import load_params
from stages import command, paths
from stages.pieces import write_pieces
from stages.tested import pieces_of_test


def main() -> None:
    params = load_params()
    pieces, ids = pieces_of_test(), split_at_ends(load_ids(paths.encoded("test")))
    some = np.random.default_rng(params.seed).permutation(len(pieces))[: params.generate.real].tolist()
    made = {
        str(k + 1): excerpt(
            f"{pieces[place].composer}: {pieces[place].title}".strip(),
            paths.REAL,
            ids[place],
            params.generate.real_seconds,
            params.generate.chord_seconds,
        )
        for k, place in enumerate(some)
    }
    write_pieces(paths.REAL, made, params.generate.soundfont)


if __name__ == "__main__":
    command.run(main)
