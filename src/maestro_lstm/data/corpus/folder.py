"""The user's own MIDI files as a corpus."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from maestro_lstm.data.corpus.pieces import Piece, split_by_content, write_index
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import whole_folder

ENDINGS = (".mid", ".midi")


def copy_folder(source: Path, target: Path) -> list[Piece]:
    """Make `target` a corpus of the MIDI files under `source`, split by piece; a subfolder's name is the composer.

    Returns: the pieces. Raises UserError if the folder is missing, holds fewer than three different files, or one with
    an unprintable name.
    """
    if not source.is_dir():
        raise UserError(f"params.yaml: download.folder: {source} is not a folder")
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())
    names = {path.relative_to(source).as_posix(): path for path in found}
    for name in names:
        if not name.isprintable():
            raise UserError(f"{source}: give the file {name!r} a name of printable characters")
    try:
        return write_corpus(names, lambda name: names[name].read_bytes(), target)
    except UserError as error:
        raise UserError(f"{source}: {error}") from None


def write_corpus(names: Iterable[str], read: Callable[[str], bytes], target: Path, composer: str = "") -> list[Piece]:
    """Write MIDI files by name, split by content, and the index. Without a composer, the subfolder's name is used."""
    # read twice: a large collection does not fit into memory
    splits = split_by_content({name: hashlib.sha256(read(name)).hexdigest() for name in names})
    pieces = [
        Piece(name, split, composer or Path(name).parent.name, Path(name).stem)
        for name, split in sorted(splits.items())
    ]
    with whole_folder(target) as folder:
        for piece in pieces:
            path = folder / piece.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(read(piece.file))
        write_index(folder, pieces)
    return pieces
