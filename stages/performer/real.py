"""real: how performances of the test split begin, as they were played, to put beside the network's."""

import numpy as np

from maestro_lstm.data.corpus.pieces import read_index
from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.music.export.soundfont.font import soundfont
from maestro_lstm.music.names import REAL_PLAYED
from maestro_lstm.music.playing.forms import forms_of
from maestro_lstm.music.playing.played import excerpt
from maestro_lstm.study.params.file import load_params
from stages import command, paths
from stages.music_files import write_forms


def main() -> None:
    params = load_params()
    works = [piece for piece in read_index(paths.PERFORMANCES) if piece.split == "test"]
    pieces = open_performances(paths.PERFORMANCES / "test")
    some = np.random.default_rng(params.seed).permutation(len(pieces))[: params.generate.real].tolist()
    font = soundfont(params.generate.soundfont)
    made = {
        str(k + 1): excerpt(
            f"{works[place].composer}: {works[place].title}".strip(),
            REAL_PLAYED,
            pieces[place],
            params.generate.real_seconds,
        )
        for k, place in enumerate(some)
    }
    write_forms(REAL_PLAYED, {name: forms_of(piece, font) for name, piece in made.items()})
    print(f"{len(made)} real performances")


if __name__ == "__main__":
    command.run(main)
