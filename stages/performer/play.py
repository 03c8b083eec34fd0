"""play: the network that plays goes on from each primer; each piece as MIDI, sound and a roll."""

from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.export.soundfont.font import soundfont
from maestro_lstm.music.playing.forms import forms_of
from maestro_lstm.music.playing.pieces import play_all
from maestro_lstm.music.playing.primers import primer_of
from maestro_lstm.study.params.file import PERFORMER, load_params
from maestro_lstm.weights.performer import load_performer
from stages import command, paths
from stages.music_files import write_forms


def main() -> None:
    params = load_params()
    use_cores(1)
    pieces = play_all(
        load_performer(paths.model(PERFORMER, params.seed)),
        PERFORMER,
        [primer_of(word, params.performances.pedal, params.generate.transpose) for word in params.play.primers],
        params.play.pieces,
        params.seed,
        params.play.steering,
        params.generate.keep_primer,
    )
    font = soundfont(params.generate.soundfont)
    write_forms(PERFORMER, {name: forms_of(piece, font) for name, piece in pieces.items()})
    for name, piece in pieces.items():
        print(f"{name}: {piece.summary}")


if __name__ == "__main__":
    command.run(main)
