"""MAESTRO (Hawthorne et al. 2019, arXiv:1810.12247): 200 hours of piano performances, licence CC BY-NC-SA 4.0.

The archive's own hash is checked if it comes from the official address, and every MIDI file against a manifest kept
here wherever it comes from: a mirror may pack its archive differently, but its files must not differ.
"""

import hashlib
import lzma
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files as resources
from pathlib import Path, PurePosixPath
from typing import IO

from maestro_lstm.corpus.fetch import fetch
from maestro_lstm.corpus.index import Piece, read_table, write_index
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import MAX_FILE, whole_folder
from maestro_lstm.plumbing.progress import progress

Open = Callable[[str], IO[bytes]]  # a name inside MAESTRO's folder; KeyError or OSError where there is none
MAX_ARCHIVE = 1 << 30  # bytes, packed and unpacked; the real ones have 0.1 GB


@dataclass(frozen=True)
class Release:
    """One version of MAESTRO (MIDI only) as its authors published it."""

    version: str
    size: int  # bytes of the official archive
    sha256: str  # of the official archive
    pieces: dict[str, int]  # performances in each split
    index_sha256: str = ""  # of the lines "file,split" of its csv, in order; not checked where empty

    @property
    def url(self) -> str:
        base = "https://storage.googleapis.com/magentadata/datasets/maestro"
        return f"{base}/v{self.version}/maestro-v{self.version}-midi.zip"

    @property
    def folder(self) -> str:
        """Top folder of the archive."""
        return f"maestro-v{self.version}"

    def manifest(self) -> dict[str, str]:
        """sha256 (hex) of every MIDI file by its name inside the folder."""
        return {name: digest for digest, name, *_ in self._manifest()}

    def split_of(self, data: bytes) -> str:
        """The split to which a MIDI file of this release belongs, by its content; empty for any other."""
        return self._splits.get(hashlib.sha256(data).hexdigest(), "")

    @cached_property
    def _splits(self) -> dict[str, str]:
        return {digest: split for digest, _, *rest in self._manifest() for split in rest}

    def _manifest(self) -> list[list[str]]:
        """sha256, name, and, of the release that the study uses, the split of each file."""
        path = resources("maestro_lstm.corpus") / "manifests" / f"maestro-v{self.version}.sha256"
        return [line.split() for line in path.read_text().splitlines()]


RELEASES = {
    release.version: release
    for release in (
        Release(
            "2.0.0",
            59_243_107,
            "ec2cc9d94886c6b376db1eaa2b8ad1ce62ff9f0a28b3744782b13163295dadf3",
            {"train": 967, "validation": 137, "test": 178},
        ),
        Release(
            "3.0.0",
            58_416_533,
            "70470ee253295c8d2c71e6d9d4a815189e35c89624b76d22fce5a019d5dde12c",
            {"train": 962, "validation": 137, "test": 177},
            "a0e9809d4541a1f50ea7f6c475eac81e1c13b6c11e614e40308ac9cdc2de8353",
        ),
    )
}


def download(release: Release, target: Path, downloads: Path, mirror: str = "") -> list[Piece]:
    """Make `target` a corpus of the release's MIDI files.

    Args:
        downloads: folder in which an archive is kept while it comes in.
        mirror: folder or zip on this machine, or address of a zip; the official address if empty.

    Returns: the pieces. Raises UserError and leaves `target` as it was where anything does not fit.
    """
    place = Path(mirror)
    if not mirror:
        archive = downloads / f"{release.folder}.zip"
        fetch(release.url, archive, release.size, release.sha256)
    elif "://" in mirror:
        # a mirror's archive has a name of its own, so that parts of two sources are never strung together
        archive = downloads / f"mirror-{hashlib.sha256(mirror.encode()).hexdigest()[:12]}.zip"
        fetch(mirror, archive, limit=MAX_ARCHIVE)
    elif place.is_dir():
        root = place / release.folder if (place / release.folder).is_dir() else place
        return collect(release, lambda name: (root / name).open("rb"), target, str(place))
    elif place.is_file():
        return _from_zip(release, place, target)
    else:
        raise UserError(f"MAESTRO_MIRROR: {mirror} is neither a folder, a zip nor an address")
    pieces = _from_zip(release, archive, target)
    archive.unlink()
    return pieces


def _from_zip(release: Release, archive: Path, target: Path) -> list[Piece]:
    with _opened(archive) as zipped:
        # packed with MAESTRO's own folder at the top, or without
        top = f"{release.folder}/" if any(n.startswith(f"{release.folder}/") for n in zipped.namelist()) else ""
        return collect(release, lambda name: zipped.open(f"{top}{name}"), target, str(archive))


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, if it is sound and holds nothing an honest one would not."""
    try:
        with zipfile.ZipFile(archive) as zipped:
            if trick := _trick(zipped.infolist()):
                raise UserError(f"{archive}: holds {trick}; nothing was unpacked")
            yield zipped
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, ValueError) as error:
        # RuntimeError: encrypted, or packed in a way that Python cannot unpack
        raise UserError(f"{archive}: not a sound zip archive ({error}); delete it and run again") from None


def _trick(entries: Sequence[zipfile.ZipInfo]) -> str:
    """What an honest archive would not hold, in words; empty if all is well."""
    seen = set()
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in entry.filename:
            return f"the unsafe path {entry.filename!r}"
        if stat.S_ISLNK(entry.external_attr >> 16):
            return f"the link {entry.filename!r}"
        if entry.filename in seen:
            return f"{entry.filename!r} twice"
        seen.add(entry.filename)
    if (size := sum(entry.file_size for entry in entries)) > MAX_ARCHIVE:
        return f"{size:,} bytes when unpacked, far more than MAESTRO"
    return ""


def collect(release: Release, open_: Open, target: Path, source: str) -> list[Piece]:
    """Write every file in the manifest, checked, and nothing else; then the index."""
    with whole_folder(target) as folder:
        for name, digest in progress(release.manifest().items(), "unpack", unit="file"):
            data = _read(open_, name, source)
            if hashlib.sha256(data).hexdigest() != digest:
                raise UserError(f"{source}: {name} is not the file of MAESTRO {release.version}; take another copy")
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        for name in (f"{release.folder}.csv", "LICENSE"):
            (folder / name).write_bytes(_read(open_, name, source))
        pieces = read_release(release, folder / f"{release.folder}.csv", f"{source}: {release.folder}.csv")
        write_index(folder, pieces)
    return pieces


def _read(open_: Open, name: str, source: str) -> bytes:
    """A file's bytes, and no more than a file of MAESTRO could have, whatever size it claims."""
    try:
        with open_(name) as file:
            data = file.read(MAX_FILE + 1)
    except (KeyError, FileNotFoundError):
        raise UserError(f"{source}: {name} is missing; is this MAESTRO's MIDI archive?") from None
    if len(data) > MAX_FILE:
        raise UserError(f"{source}: {name} is larger than any file of MAESTRO; take another copy")
    return data


def read_release(release: Release, path: Path, name: str = "") -> list[Piece]:
    """The pieces of MAESTRO's own csv, in its order. Raises UserError where it is not the csv of this release."""
    name = name or str(path)
    columns = ("midi_filename", "split", "canonical_composer", "canonical_title")
    table = read_table(path, columns, name)
    pieces = [Piece(*row) for row in table[list(columns)].itertuples(index=False)]
    if sorted(piece.file for piece in pieces) != sorted(release.manifest()):
        raise UserError(f"{name}: its files are not those of MAESTRO {release.version}; take another copy")
    counts = {split: sum(piece.split == split for piece in pieces) for split in release.pieces}
    if counts != release.pieces:
        raise UserError(f"{name}: {counts} pieces a split, but MAESTRO {release.version} has {release.pieces}")
    if release.index_sha256 and index_sha256(pieces) != release.index_sha256:
        raise UserError(f"{name}: its order or splits are not those of MAESTRO {release.version}; take another copy")
    return pieces


def index_sha256(pieces: Sequence[Piece]) -> str:
    """What pins the order of the pieces and their splits, and not how the csv is written."""
    return hashlib.sha256("".join(f"{piece.file},{piece.split}\n" for piece in pieces).encode()).hexdigest()
