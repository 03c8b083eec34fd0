"""Compose music with a trained network.

Needs only the network's file: no data, no params.yaml, no DVC.
"""

import argparse
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.composing.pieces import compose_all
from maestro_lstm.music.composing.primers import primer_of
from maestro_lstm.music.composing.sampling import ChordSeconds, Sampling
from maestro_lstm.music.composing.stepper import Stepper
from maestro_lstm.music.export.forms import forms_of
from maestro_lstm.music.export.sound import soundfont
from maestro_lstm.music.names import file_name
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_bytes
from maestro_lstm.weights.checkpoint import load_checkpoint

EXAMPLE = """\
thirty seconds that continue a MIDI file of yours:
  python -m maestro_lstm.console.compose models/best/seed-0.safetensors \\
    --primer mine.mid --length 30 --unit seconds --top-p 0.95"""


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(
        prog="python -m maestro_lstm.console.compose", description=__doc__, epilog=EXAMPLE, formatter_class=_Help
    )
    words.add_argument("network", type=Path, help="file of a trained network")
    words.add_argument("--primer", default="C3", help="a piano key such as C3, F#4 or B-2, or a MIDI file")
    words.add_argument("--pieces", type=int, default=1, help="with seeds SEED, SEED + 1, …")
    words.add_argument("--seed", type=int, default=0, help="the same seed, the same music")
    words.add_argument("--transpose", type=int, default=0, help="semitones by which the primer is moved")
    words.add_argument("--without-primer", action="store_true", help="leave the primer out of the piece")
    words.add_argument("--chord-seconds", type=float, default=0.25, help="how long a note or chord sounds")
    words.add_argument("--soundfont", default="auto", help="an .sf2 file in place of FluidR3's pianos")
    words.add_argument("--out", type=Path, default=Path("build/music"), help="folder")
    for name, field in Sampling.model_fields.items():
        option, about = f"--{name.replace('_', '-')}", field.description
        if isinstance(field.default, bool):
            words.add_argument(option, action="store_true", help=about)
        else:
            words.add_argument(option, type=type(field.default), default=field.default, help=about)
    return words


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Defaults shown, the example as it stands."""


def main() -> None:
    given = parser().parse_args()
    if given.pieces < 1 or given.seed < 0:
        raise UserError("--pieces is 1 or more and --seed 0 or more")
    chord_seconds = _checked("chord-seconds", lambda: TypeAdapter(ChordSeconds).validate_python(given.chord_seconds))
    sampling = _checked("", lambda: Sampling(**{name: getattr(given, name) for name in Sampling.model_fields}))
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
        print(f"{piece.title}, seed {piece.about['seed']}: {piece.summary}")
        for end, data in forms_of(piece, font).items():
            path = given.out / file_name(name, end)
            write_bytes(path, data)
            print(f"  {path}")


def _checked(option: str, make: Any) -> Any:
    """The value, or a UserError that names its option if it is out of range."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        name = option or str(first["loc"][0]).replace("_", "-")
        raise UserError(f"--{name}: {first['msg']}, not {first['input']}") from None


if __name__ == "__main__":
    report_in_one_line(main)
