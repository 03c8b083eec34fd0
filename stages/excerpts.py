"""excerpts: how pieces of the test split begin, to put beside the networks' pieces.

python -m stages.excerpts symbols
"""

from collections.abc import Callable, Sequence

import numpy as np

from maestro_lstm.corpus.index import Piece as Work
from maestro_lstm.corpus.index import pieces_of
from maestro_lstm.export.formats import formats, write_pieces
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.names import REAL, REAL_PLAYED
from maestro_lstm.generation.pieces import Piece, note_excerpt, symbol_excerpt
from maestro_lstm.params.params import Params, load_params
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.transpose import split_at_ends
from stages import command, paths

Excerpt = Callable[[int], Piece]  # of a place in the split


def of_symbols(params: Params) -> tuple[Sequence[Work], Excerpt, str]:
    """As the 90 symbols express them."""
    works, ids = pieces_of("test", paths.PARSED), split_at_ends(load_ids(paths.encoded("test")))
    seconds, chord = params.generate.real_seconds, params.generate.chord_seconds
    return works, lambda k: symbol_excerpt(title(works[k]), REAL, ids[k], seconds, chord), REAL


def of_performances(params: Params) -> tuple[Sequence[Work], Excerpt, str]:
    """As they were played."""
    works, pieces = pieces_of("test", paths.PERFORMANCES), open_performances(paths.PERFORMANCES / "test")
    seconds = params.generate.real_seconds
    return works, lambda k: note_excerpt(title(works[k]), REAL_PLAYED, pieces[k], seconds), REAL_PLAYED


def title(work: Work) -> str:
    return f"{work.composer}: {work.title}".strip()


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    params = load_params()
    works, excerpt, writer = VOCABULARIES[command.choice("vocabulary", tuple(VOCABULARIES))](params)
    some = np.random.default_rng(params.seed).permutation(len(works))[: params.generate.real].tolist()
    font = soundfont(params.generate.soundfont)
    pieces = {str(k + 1): excerpt(place) for k, place in enumerate(some)}
    write_pieces(paths.folder_of(writer), {name: formats(piece, font) for name, piece in pieces.items()})
    for piece in pieces.values():
        print(f"{piece.title}: {piece.summary}")


if __name__ == "__main__":
    command.run(main)
