"""page: what every network wrote, side by side with real music, as one page (generated/index.html)."""

from itertools import islice
from pathlib import Path

from maestro_lstm.generation.names import FOLDERS, REAL, REAL_PLAYED, file_name, piece_name
from maestro_lstm.params.params import PERFORMER, load_params
from maestro_lstm.plumbing.files import read_json, write_bytes
from maestro_lstm.web.music_page import Entry, page
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
    player, networks = entries_of(PERFORMER), [entries_of(network) for network in params.trained_networks]
    played, real = (iter(entries_of(writer).values()) for writer in (REAL_PLAYED, REAL))
    asked = [(word, k) for play in (params.play, params.generate) for word in play.primers for k in range(play.pieces)]
    sections: dict[str, list[Entry]] = {}
    for name in dict.fromkeys(piece_name(Path(word).stem, k) for word, k in asked):
        row = [player[name], *islice(played, 1)] if name in player else []
        if name in networks[0]:
            row += [*(entries[name] for entries in networks), *islice(real, 1)]
        sections[f"From {row[0].data['from']}, seed {row[0].data['seed']}"] = row
    rest = [*played, *real]
    if rest:
        sections["More real music"] = rest
    write_bytes(paths.GENERATED / "index.html", page(sections, LICENCES[params.corpus]))
    print(f"{paths.GENERATED / 'index.html'}: {sum(map(len, sections.values()))} pieces; open it in a browser")


if __name__ == "__main__":
    command.run(main)
