"""Pieces → one page to listen, to read and to compare, which needs no network: `index.html`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import Any
from urllib.parse import quote

# of a piece's settings: what the page calls them
NAMES = {
    "seed": "seed",
    "length": "length",
    "temperature": "temperature",
    "top_k": "top-k",
    "top_p": "top-p",
    "greatest_chord": "greatest chord",
    "no_repeats": "pitch twice in a chord",
}


@dataclass(frozen=True)
class Entry:
    """A piece on the page."""

    writer: str  # a network, or `real`
    data: Mapping[str, Any]  # its JSON form
    files: Mapping[str, str]  # where each of its forms is, relative to the page


def page(sections: Mapping[str, Sequence[Entry]], licence: str) -> bytes:
    """The page.

    Args:
        sections: what stands side by side, by its heading; what the first of it was given is told under that.
        licence: of the real music, in a sentence.
    """
    template = Template((files("maestro_lstm") / "page.html").read_text(encoding="utf-8"))
    told = "\n".join(_section(heading, entries) for heading, entries in sections.items())
    return template.substitute(sections=told, licence=escape(licence)).encode()


def _section(heading: str, entries: Sequence[Entry]) -> str:
    given = f"<p>Given: {escape(entries[0].data['primer'])}.</p>\n" if "drawing" in entries[0].data else ""
    return (
        f'<section>\n<h2>{escape(heading)}</h2>\n{given}<div class="pieces">\n'
        + "\n".join(map(_article, entries))
        + "\n</div>\n</section>"
    )


def _article(entry: Entry) -> str:
    title, told = escape(entry.data["title"]), escape(entry.data["told"])
    parts = [f"<h3>{escape(entry.writer)}</h3>", f"<p>{title}: {told}.</p>"]
    if "mid" in entry.files:
        parts += [
            f'<audio controls preload="metadata" src="{_file(entry, "mp3")}" aria-label="{title}"></audio>',
            f'<figure><img src="{_file(entry, "roll.svg")}" alt="Piano roll. {title}: {told}">'
            f"<figcaption>Piano roll: black what was given, blue what follows</figcaption></figure>",
            f'<figure><a class="score" href="{_file(entry, "score.png")}">'
            f'<img src="{_file(entry, "score.png")}" alt="Score. {title}: {told}"></a>'
            f"<figcaption>Score: every note and chord a quarter</figcaption></figure>",
            f'<p class="about">{_links(entry)}</p>',
        ]
    settings = _settings(entry.data)
    parts += [f"<dl class='about'>{settings}</dl>"] if settings else []
    return "<article>\n" + "\n".join(parts) + "\n</article>"


def _file(entry: Entry, end: str) -> str:
    return escape(quote(entry.files[end]))


def _links(entry: Entry) -> str:
    forms = {"MIDI": "mid", "MusicXML": "musicxml", "MP3": "mp3", "WAV": "wav", "data": "json"}
    return " · ".join(f'<a href="{_file(entry, end)}">{name}</a>' for name, end in forms.items())


def _settings(data: Mapping[str, Any]) -> str:
    if "drawing" not in data:
        return ""
    drawing = data["drawing"]
    values = {
        **drawing,
        "seed": data["seed"],
        "length": f"{drawing['length']} {drawing['unit']}",
        "top_k": drawing["top_k"] or "all symbols",
        "greatest_chord": drawing["greatest_chord"] or "any",
        "no_repeats": "no" if drawing["no_repeats"] else "may be",
    }
    return "".join(f"<dt>{name}</dt><dd>{escape(str(values[key]))}</dd>" for key, name in NAMES.items())
