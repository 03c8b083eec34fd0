"""Options that are keys of a section of params.yaml."""

from cyclopts import Group, Parameter
from pydantic import BaseModel


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


def option(name: str) -> str:
    """A setting as it is spelled on the command line."""
    return f"--{name.replace('_', '-')}"
