"""page: what every network wrote, side by side with real music, as one page (generated/index.html)."""

from itertools import islice
from pathlib import Path

from maestro_lstm.music.names import FOLDERS, REAL, file_name, piece_name
from maestro_lstm.music.page.page import Entry, page
from maestro_lstm.plumbing.files import read_json, write_bytes
from maestro_lstm.study.params.file import load_params
from stages import command, paths

LICENCES = {
    "maestro": "Real music: MAESTRO (Hawthorne et al. 2019), CC BY-NC-SA 4.0.",
    "chorales": "Real music: chorales by Johann Sebastian Bach, from music21.",
    "folder": "Real music: from your folder.",
}


def entries_of(writer: str) -> dict[str, Entry]:
    """A writer's pieces by name, in order."""
    found = {}
    for data in sorted(paths.generated("music", writer).glob("*.json")):
        files = {
            form: paths.generated(kind, writer) / file_name(data.stem, form)
            for kind, forms in FOLDERS.items()
            for form in forms
        }
        there = {form: path.relative_to(paths.GENERATED).as_posix() for form, path in files.items() if path.exists()}
        found[data.stem] = Entry(writer, read_json(data), there)
    return found


def main() -> None:
    params = load_params()
    networks = [entries_of(network) for network in params.trained_networks]
    real = iter(entries_of(REAL).values())
    sections: dict[str, list[Entry]] = {}
    names = [piece_name(Path(word).stem, k) for word in params.generate.primers for k in range(params.generate.pieces)]
    for name in names:
        row = [entries[name] for entries in networks]
        sections[f"From {row[0].data['from']}, seed {row[0].data['seed']}"] = [*row, *islice(real, 1)]
    rest = list(real)
    if rest:
        sections["More real music"] = rest
    write_bytes(paths.GENERATED / "index.html", page(sections, LICENCES[params.corpus]))
    print(f"{paths.GENERATED / 'index.html'}: {sum(map(len, sections.values()))} pieces; open it in a browser")


if __name__ == "__main__":
    command.run(main)
