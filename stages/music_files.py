"""What the stages that make music share: where each form of a piece is written."""

from collections.abc import Mapping

from maestro_lstm.generation.names import FOLDERS, file_name
from maestro_lstm.plumbing.files import whole_folder
from stages import paths


def write_pieces(writer: str, pieces: Mapping[str, Mapping[str, bytes]]) -> None:
    """The files of each of a writer's pieces, by the pieces' names."""
    for kind, ends in FOLDERS.items():
        with whole_folder(paths.generated(kind, writer)) as folder:
            for name, made in pieces.items():
                for end in ends:
                    if end in made:
                        (folder / file_name(name, end)).write_bytes(made[end])
