"""Let the network that plays go on from nothing, a piano key or a MIDI file.

Needs only the network's file: no data, no params.yaml, no DVC.
"""

import argparse

from maestro_lstm.console import options
from maestro_lstm.data.performances.rows import KEYS
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.export.sound import soundfont
from maestro_lstm.music.playing.forms import forms_of
from maestro_lstm.music.playing.pieces import play_all
from maestro_lstm.music.playing.primers import primer_of
from maestro_lstm.music.playing.steering import NOTHING, Steering
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.weights.performer import load_performer

EXAMPLE = """\
a minute that goes on from a MIDI file of yours, a little safer than the network would:
  python -m maestro_lstm.console.perform models/performer/seed-0.safetensors \\
    --primer mine.mid --seconds 60 --top-p 0.95 --time-top-p 0.95"""


def parser() -> argparse.ArgumentParser:
    name, primers = (
        "python -m maestro_lstm.console.perform",
        f"{NOTHING}, a piano key such as C3 or B-2, or a MIDI file",
    )
    words = options.parser(name, __doc__, EXAMPLE, "file of a trained network that plays", NOTHING, primers)
    options.add_section(words, Steering)
    return words


def main() -> None:
    given = parser().parse_args()
    options.check_pieces(given)
    steering = options.section_of(Steering, given)
    font = soundfont(given.soundfont)
    use_cores(1)
    network = load_performer(given.network)
    primer = primer_of(given.primer, "events" if network.pitches > KEYS else "folded", given.transpose)
    print(f"primer: {primer.summary}")
    writer = given.network.parent.name or given.network.stem
    pieces = play_all(network, writer, [primer], given.pieces, given.seed, steering, not given.without_primer)
    for name, piece in pieces.items():
        told = f"{piece.title}, seed {piece.about['seed']}: {piece.summary}"
        options.write_piece(given.out, name, told, forms_of(piece, font))


if __name__ == "__main__":
    report_in_one_line(main)
