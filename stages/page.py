"""page: what every network wrote, side by side with real music, as one page (generated/index.html)."""

from itertools import islice
from pathlib import Path

from maestro_lstm.composing import name_of
from maestro_lstm.files import read_json, write_bytes
from maestro_lstm.page import Entry, page
from maestro_lstm.params import load_params
from stages import command, paths
from stages.pieces import written

LICENCES = {
    "maestro": "Real music: MAESTRO (Hawthorne et al. 2019), CC BY-NC-SA 4.0.",
    "chorales": "Real music: chorales by Johann Sebastian Bach, from music21.",
    "folder": "Real music: from your folder.",
}


def entries_of(writer: str) -> dict[str, Entry]:
    """By the names of the pieces, in order."""
    return {
        name: Entry(
            writer,
            read_json(files["json"]),
            {end: path.relative_to(paths.GENERATED).as_posix() for end, path in files.items()},
        )
        for name, files in written(writer)
    }


def main() -> None:
    params = load_params()
    networks = [entries_of(network) for network in params.train.networks]
    real = iter(entries_of(paths.REAL).values())
    sections: dict[str, list[Entry]] = {}
    names = [name_of(Path(word).stem, k) for word in params.generate.primers for k in range(params.generate.pieces)]
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
