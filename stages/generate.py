"""generate: a network continues start notes and MIDI files; each piece as music, pictures and sound (paper §5.2.2).

python -m stages.generate paper
"""

from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.composing.pieces import compose_all
from maestro_lstm.music.composing.primers import primer_of
from maestro_lstm.music.composing.stepper import Stepper
from maestro_lstm.music.export.forms import forms_of
from maestro_lstm.music.export.soundfont.font import soundfont
from maestro_lstm.study.params.file import load_params
from maestro_lstm.weights.checkpoint import load_checkpoint
from stages import command, paths
from stages.music_files import write_forms


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_cores(1)
    pieces = compose_all(
        Stepper(load_checkpoint(paths.model(name, params.seed)).weights),
        name,
        [primer_of(word, params.generate.transpose) for word in params.generate.primers],
        params.generate.pieces,
        params.seed,
        params.generate.sampling[name],
        params.generate.chord_seconds,
        params.generate.keep_primer,
    )
    font = soundfont(params.generate.soundfont)
    write_forms(name, {key: forms_of(piece, font) for key, piece in pieces.items()})
    for piece in pieces.values():
        print(f"{piece.title}: {piece.summary}")


if __name__ == "__main__":
    command.run(main)
