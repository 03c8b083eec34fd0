"""What the stages that make music have in common: where each form of a piece is written."""

from collections.abc import Mapping
from pathlib import Path

from maestro_lstm.composing import Composition
from maestro_lstm.files import whole_folder
from maestro_lstm.forms import MUSIC, PICTURES, WAV, file_name, forms_of
from maestro_lstm.sound import soundfont
from stages import paths

FOLDERS = {"music": MUSIC, "pictures": PICTURES, "wav": WAV}  # of git, of git and `dvc plots`, of DVC


def write_pieces(writer: str, pieces: Mapping[str, Composition], font: str) -> None:
    """A writer's pieces, by their names."""
    path = soundfont(font)
    forms = {name: forms_of(piece, path) for name, piece in pieces.items()}
    for kind, ends in FOLDERS.items():
        with whole_folder(paths.generated(kind, writer)) as folder:
            for name, made in forms.items():
                for end in ends:
                    if end in made:
                        (folder / file_name(name, end)).write_bytes(made[end])
    for piece in pieces.values():
        print(f"{piece.title}: {piece.told}")


def written(writer: str) -> list[tuple[str, dict[str, Path]]]:
    """The names of a writer's pieces, in order, and where each of their forms is."""
    found = []
    for data in sorted(paths.generated("music", writer).glob("*.json")):
        files = {
            end: paths.generated(kind, writer) / file_name(data.stem, end) for kind in FOLDERS for end in FOLDERS[kind]
        }
        found.append((data.stem, {end: path for end, path in files.items() if path.exists()}))
    return found
