"""What the stages that make music share: where each form of a piece is written."""

from collections.abc import Mapping

from maestro_lstm.music.composing.pieces import Composition
from maestro_lstm.music.export.forms import forms_of
from maestro_lstm.music.export.sound import soundfont
from maestro_lstm.music.names import FOLDERS, file_name
from maestro_lstm.plumbing.files import whole_folder
from stages import paths


def write_pieces(writer: str, pieces: Mapping[str, Composition], font: str) -> None:
    """A writer's pieces, by name."""
    path = soundfont(font)
    forms = {name: forms_of(piece, path) for name, piece in pieces.items()}
    for kind, ends in FOLDERS.items():
        with whole_folder(paths.generated(kind, writer)) as folder:
            for name, made in forms.items():
                for end in ends:
                    if end in made:
                        (folder / file_name(name, end)).write_bytes(made[end])
    for piece in pieces.values():
        print(f"{piece.title}: {piece.summary}")
