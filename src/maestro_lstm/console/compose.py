"""Compose music with a trained network.

Needs only the network's file: no data, no params.yaml, no DVC.
"""

import argparse

from pydantic import TypeAdapter

from maestro_lstm.console import options
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.composing.pieces import compose_all
from maestro_lstm.music.composing.primers import primer_of
from maestro_lstm.music.composing.sampling import ChordSeconds, Sampling
from maestro_lstm.music.composing.stepper import Stepper
from maestro_lstm.music.export.forms import forms_of
from maestro_lstm.music.export.sound import soundfont
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.weights.checkpoint import load_checkpoint

EXAMPLE = """\
thirty seconds that continue a MIDI file of yours:
  python -m maestro_lstm.console.compose models/best/seed-0.safetensors \\
    --primer mine.mid --length 30 --unit seconds --top-p 0.95"""


def parser() -> argparse.ArgumentParser:
    name, primers = "python -m maestro_lstm.console.compose", "a piano key such as C3, F#4 or B-2, or a MIDI file"
    words = options.parser(name, __doc__, EXAMPLE, "file of a trained network", "C3", primers)
    words.add_argument("--chord-seconds", type=float, default=0.25, help="how long a note or chord sounds")
    options.add_section(words, Sampling)
    return words


def main() -> None:
    given = parser().parse_args()
    options.check_pieces(given)
    adapter: TypeAdapter[float] = TypeAdapter(ChordSeconds)
    chord_seconds = options.checked("chord-seconds", lambda: adapter.validate_python(given.chord_seconds))
    sampling = options.section_of(Sampling, given)
    font = soundfont(given.soundfont)
    use_cores(1)
    primer = primer_of(given.primer, given.transpose)
    print(f"primer: {primer.summary}")
    pieces = compose_all(
        Stepper(load_checkpoint(given.network).weights),
        given.network.parent.name or given.network.stem,
        [primer],
        given.pieces,
        given.seed,
        sampling,
        chord_seconds,
        not given.without_primer,
    )
    for name, piece in pieces.items():
        told = f"{piece.title}, seed {piece.about['seed']}: {piece.summary}"
        options.write_piece(given.out, name, told, forms_of(piece, font))


if __name__ == "__main__":
    report_in_one_line(main)
