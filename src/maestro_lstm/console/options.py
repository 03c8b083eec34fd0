"""What the commands that make music share: options about primers, pieces and files, and how a piece is written."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from maestro_lstm.music.names import file_name
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes

T = TypeVar("T")
S = TypeVar("S", bound=BaseModel)


class _Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Defaults shown, the example as it stands."""


def parser(
    command: str, about: str | None, example: str, network: str, primer: str, primers: str
) -> argparse.ArgumentParser:
    """A command's parser, with the options about a primer and its pieces.

    Args:
        network: what the file of the network holds.
        primer, primers: the default, and what there is.
    """
    words = argparse.ArgumentParser(prog=command, description=about, epilog=example, formatter_class=_Help)
    words.add_argument("network", type=Path, help=network)
    words.add_argument("--primer", default=primer, help=primers)
    words.add_argument("--pieces", type=int, default=1, help="with seeds SEED, SEED + 1, …")
    words.add_argument("--seed", type=int, default=0, help="the same seed, the same music")
    words.add_argument("--transpose", type=int, default=0, help="semitones by which the primer is moved")
    words.add_argument("--without-primer", action="store_true", help="leave the primer out of the piece")
    words.add_argument("--soundfont", default="auto", help="an .sf2 file in place of FluidR3's pianos")
    words.add_argument("--out", type=Path, default=Path("build/music"), help="folder")
    return words


def add_section(words: argparse.ArgumentParser, section: type[BaseModel]) -> None:
    """An option for each key of a section of params.yaml."""
    for name, field in section.model_fields.items():
        option, about = f"--{name.replace('_', '-')}", field.description
        if isinstance(field.default, bool):
            words.add_argument(option, action="store_true", help=about)
        else:
            words.add_argument(option, type=type(field.default), default=field.default, help=about)


def check_pieces(given: argparse.Namespace) -> None:
    if given.pieces < 1 or given.seed < 0:
        raise UserError("--pieces is 1 or more and --seed 0 or more")


def checked(option: str, make: Callable[[], T]) -> T:
    """The value, or a UserError that names its option if it is out of range; `option` empty: the key that is."""
    try:
        return make()
    except ValidationError as error:
        first = error.errors()[0]
        name = option or str(first["loc"][0]).replace("_", "-")
        raise UserError(f"--{name}: {first['msg']}, not {first['input']}") from None


def section_of(section: type[S], given: argparse.Namespace) -> S:
    """The section that `add_section`'s options make."""
    names = section.model_fields
    return checked("", lambda: section(**{name: getattr(given, name) for name in names}))


def write_piece(out: Path, name: str, told: str, forms: Mapping[str, bytes]) -> None:
    """A piece in all its forms, said as it is written."""
    print(told)
    for end, data in forms.items():
        path = out / file_name(name, end)
        write_bytes(path, data)
        print(f"  {path}")
