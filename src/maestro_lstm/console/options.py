"""Options that are keys of a section of params.yaml, their checks, and how pieces are written."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cyclopts import Group, Parameter
from pydantic import BaseModel, ValidationError

from maestro_lstm.music.names import file_name
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes

S = TypeVar("S", bound=BaseModel)


def key_of(section: type[BaseModel], name: str, group: Group | None = None, default: object = None) -> Parameter:
    """An option that is a key of a section, with its description. One of a group is left to the section's default, or
    to the one given here."""
    field = section.model_fields[name]
    words = field.description or ""
    about = f"{words[:1].upper()}{words[1:]}."
    if group is None:
        return Parameter(help=about)
    return Parameter(
        help=f"{about} [default: {field.default if default is None else default}]", group=group, show_default=False
    )


def section_of(section: type[S], given: Mapping[str, Any]) -> S:
    """A section of the options that were given. Raises UserError, naming the option, for a value out of range."""
    try:
        return section(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise UserError(f"--{name}: {first['msg']}, not {first['input']}") from None


def refuse(given: Mapping[str, Any], network: str, before: str = "--") -> None:
    """Raise UserError for an option that was given and that the network cannot follow."""
    for name, value in given.items():
        if value is not None:
            raise UserError(
                f"{before}{name.replace('_', '-')}: {network} does not take this option (maestro-lstm compose --help)"
            )


def write_pieces(out: Path, pieces: Iterable[tuple[str, str, Callable[[], Mapping[str, bytes]]]]) -> None:
    """Pieces in the forms asked for: each one's name, what is said of it, and what makes its forms."""
    for name, told, forms in pieces:
        print(told)
        for end, data in forms().items():
            path = out / file_name(name, end)
            write_bytes(path, data)
            print(f"  {path}")
