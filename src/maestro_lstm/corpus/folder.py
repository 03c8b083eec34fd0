"""The user's own MIDI files as a corpus.

Several performances of one work belong into one split, or the network is tested on what it learned. `works.csv`, with
columns `file` and `work`, says which they are, and the stage `works` makes one; without it, files in one subfolder
of a composer's folder are one work: `Chopin/op. 9 no. 2/*.mid`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath

from maestro_lstm.corpus.index import Piece, read_words, split_by_content, write_index
from maestro_lstm.plumbing.errors import BadSetting, UserError
from maestro_lstm.plumbing.files import MAX_FILE, SUFFIXES, whole_folder

WORKS = "works.csv"


def midi_files(folder: Path) -> list[Path]:
    """Those of a folder and the folders in it, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def copy_folder(source: Path, target: Path) -> list[Piece]:
    """Make `target` a corpus of the MIDI files under `source`, split by work; the first subfolder is the composer.

    Returns: the pieces. Raises UserError if the folder is missing, holds fewer than three different works, a file that
    is too large, one with an unprintable name, or a link that leaves the folder.
    """
    if not source.is_dir():
        raise BadSetting(f"download.folder: {source} is not a folder")
    names = {path.relative_to(source).as_posix(): path for path in midi_files(source)}
    inside = source.resolve()
    for name, path in names.items():
        if not name.isprintable():
            raise UserError(f"{source}: give the file {name!r} a name of printable characters")
        if not path.resolve().is_relative_to(inside):
            raise UserError(f"{source}: {name} is a link that leaves the folder: put the file itself there")
        if path.stat().st_size > MAX_FILE:
            raise UserError(f"{source}: {name} has more than {MAX_FILE >> 20} MB")
    try:
        return write_corpus(names, lambda name: names[name].read_bytes(), target, works=works_given(source, names))
    except UserError as error:
        raise UserError(f"{source}: {error}") from None


def works_given(source: Path, names: Iterable[str]) -> dict[str, str]:
    """The work of each file that shares one. Raises UserError for a `works.csv` that is none, or names no file."""
    if not (source / WORKS).is_file():
        return {name: str(Path(name).parent) for name in names if len(Path(name).parts) > 2}
    table = read_words(source / WORKS, ("file", "work"), WORKS)
    files = [PurePosixPath(file).as_posix() for file in table["file"]]  # an index writes some as ./name
    works = dict(zip(files, table["work"], strict=True))
    if len(works) < len(files):
        raise UserError(f"{WORKS}: {next(one for one in files if files.count(one) > 1)} is there twice")
    if unknown := works.keys() - set(names):
        raise UserError(f"{WORKS}: {min(unknown)} is no MIDI file of the folder")
    return {name: work for name, work in works.items() if work}


def write_corpus(
    names: Iterable[str],
    read: Callable[[str], bytes],
    target: Path,
    composer: str = "",
    works: Mapping[str, str] | None = None,
) -> list[Piece]:
    """Write MIDI files by name, split by content, and the index.

    Args:
        composer: of all; if not given, the first subfolder's name.
        works: of files that belong together.
    """
    # read twice: a large collection does not fit into memory
    splits = split_by_content({name: hashlib.sha256(read(name)).hexdigest() for name in names}, works)
    pieces = [
        Piece(name, split, composer or Path(name).parts[0] * (len(Path(name).parts) > 1), Path(name).stem)
        for name, split in sorted(splits.items())
    ]
    with whole_folder(target) as folder:
        for piece in pieces:
            path = folder / piece.file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(read(piece.file))
        write_index(folder, pieces)
    return pieces
