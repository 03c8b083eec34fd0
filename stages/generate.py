"""generate: a network continues keys and MIDI files; each piece as music, pictures and sound (paper §5.2.2).

python -m stages.generate paper
"""

from maestro_lstm.export.formats import formats, write_pieces
from maestro_lstm.export.sound import soundfont
from maestro_lstm.params.params import load_params
from maestro_lstm.trained.load import load
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.choice("network", tuple(params.networks))
    asked = params.music_of(name)
    network = load(paths.made_model(name, params.seed), name=name, chord_seconds=asked.chord_seconds)
    primers = [network.primer(word, params.generate.transpose) for word in asked.primers]
    pieces = network.compose_all(primers, asked.pieces, params.seed, asked.sampling, params.generate.keep_primer)
    font = soundfont(params.generate.soundfont)
    write_pieces(paths.folder_of(name), {key: formats(piece, font) for key, piece in pieces.items()})
    for piece in pieces.values():
        print(f"{piece.title}: {piece.summary}")


if __name__ == "__main__":
    command.run(main)
