"""Let the network that plays go on from nothing, a piano key or a MIDI file.

Needs only the network's file: no data, no params.yaml, no DVC.
"""

import argparse
from pathlib import Path

from pydantic import ValidationError

from maestro_lstm.data.performances.rows import KEYS
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.export.sound import soundfont
from maestro_lstm.music.names import file_name
from maestro_lstm.music.playing.forms import forms_of
from maestro_lstm.music.playing.pieces import play_all
from maestro_lstm.music.playing.primers import primer_of
from maestro_lstm.music.playing.steering import NOTHING, Steering
from maestro_lstm.plumbing.errors import UserError, report_in_one_line
from maestro_lstm.plumbing.files import write_bytes
from maestro_lstm.weights.performer import load_performer

EXAMPLE = """\
a minute that goes on from a MIDI file of yours, a little safer than the network would:
  python -m maestro_lstm.console.perform models/performer/seed-0.safetensors \\
    --primer mine.mid --seconds 60 --top-p 0.95 --time-top-p 0.95"""


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(
        prog="python -m maestro_lstm.console.perform", description=__doc__, epilog=EXAMPLE, formatter_class=_Help
    )
    words.add_argument("network", type=Path, help="file of a trained network that plays")
    words.add_argument("--primer", default=NOTHING, help=f"{NOTHING}, a piano key such as C3 or B-2, or a MIDI file")
    words.add_argument("--pieces", type=int, default=1, help="with seeds SEED, SEED + 1, …")
    words.add_argument("--seed", type=int, default=0, help="the same seed, the same music")
    words.add_argument("--transpose", type=int, default=0, help="semitones by which the primer is moved")
    words.add_argument("--without-primer", action="store_true", help="leave the primer out of the piece")
    words.add_argument("--soundfont", default="auto", help="an .sf2 file in place of FluidR3's pianos")
    words.add_argument("--out", type=Path, default=Path("build/music"), help="folder")
    for name, field in Steering.model_fields.items():
        option = f"--{name.replace('_', '-')}"
        words.add_argument(option, type=type(field.default), default=field.default, help=field.description)
    return words


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Defaults shown, the example as it stands."""


def main() -> None:
    given = parser().parse_args()
    if given.pieces < 1 or given.seed < 0:
        raise UserError("--pieces is 1 or more and --seed 0 or more")
    try:
        steering = Steering(**{name: getattr(given, name) for name in Steering.model_fields})
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"--{str(first['loc'][0]).replace('_', '-')}: {first['msg']}, not {first['input']}") from None
    font = soundfont(given.soundfont)
    use_cores(1)
    network = load_performer(given.network)
    primer = primer_of(given.primer, "events" if network.pitches > KEYS else "folded", given.transpose)
    print(f"primer: {primer.summary}")
    writer = given.network.parent.name or given.network.stem
    pieces = play_all(network, writer, [primer], given.pieces, given.seed, steering, not given.without_primer)
    for name, piece in pieces.items():
        print(f"{piece.title}, seed {piece.about['seed']}: {piece.summary}")
        for end, data in forms_of(piece, font).items():
            path = given.out / file_name(name, end)
            write_bytes(path, data)
            print(f"  {path}")


if __name__ == "__main__":
    report_in_one_line(main)
