"""One page to listen to, read and compare pieces, which needs no network: `index.html`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

LINKS = {"MIDI": "mid", "MusicXML": "musicxml", "MP3": "mp3", "WAV": "wav", "data": "json"}


@dataclass(frozen=True)
class Entry:
    """A piece on the page."""

    writer: str  # a network, or `real`
    data: Mapping[str, Any]  # its JSON form
    files: Mapping[str, str]  # the path of each of its forms, relative to the page

    @property
    def settings(self) -> dict[str, Any]:
        """Seed and sampling settings, by the name the page gives them; empty for real music."""
        if "drawing" not in self.data:
            return {}
        return {"seed": self.data["seed"]} | {
            name.replace("_", " "): "yes" if value is True else "no" if value is False else value
            for name, value in self.data["drawing"].items()
        }


def page(sections: Mapping[str, Sequence[Entry]], licence: str) -> bytes:
    """The page.

    Args:
        sections: pieces shown side by side, by heading. What the first piece was given is shown under the heading.
        licence: of the real music, in a sentence.
    """
    # every value is escaped: titles and file names are strangers' text
    templates = Environment(
        loader=PackageLoader("maestro_lstm.web", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return templates.get_template("music_page.html").render(sections=sections, licence=licence, links=LINKS).encode()
