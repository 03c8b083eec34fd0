"""excerpts: how pieces of the test split begin, as the symbols express them, to put beside the networks' pieces."""

import numpy as np

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.keys import split_at_ends
from maestro_lstm.music.composing.pieces import excerpt
from maestro_lstm.music.export.forms import forms_of
from maestro_lstm.music.export.soundfont.font import soundfont
from maestro_lstm.music.names import REAL
from maestro_lstm.study.params.file import load_params
from stages import command, paths
from stages.held_out import pieces_of_test
from stages.music_files import write_forms


def main() -> None:
    params = load_params()
    pieces, ids = pieces_of_test(), split_at_ends(load_ids(paths.encoded("test")))
    some = np.random.default_rng(params.seed).permutation(len(pieces))[: params.generate.real].tolist()
    made = {
        str(k + 1): excerpt(
            f"{pieces[place].composer}: {pieces[place].title}".strip(),
            REAL,
            ids[place],
            params.generate.real_seconds,
            params.generate.chord_seconds,
        )
        for k, place in enumerate(some)
    }
    font = soundfont(params.generate.soundfont)
    write_forms(REAL, {name: forms_of(piece, font) for name, piece in made.items()})
    for piece in made.values():
        print(f"{piece.title}: {piece.summary}")


if __name__ == "__main__":
    command.run(main)
