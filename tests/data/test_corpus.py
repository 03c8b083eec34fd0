"""Corpora: MAESTRO from every kind of source, the user's own folder, and their index."""

import csv
import hashlib
import io
import os
import random
import stat
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from maestro_lstm.corpus import maestro
from maestro_lstm.corpus.folder import copy_folder
from maestro_lstm.corpus.index import WORK_COLUMNS, Piece, read_index, split_by_content, works_of, write_index
from maestro_lstm.corpus.maestro import RELEASES, Release, download, index_sha256
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.tables import write_csv
from tests.midi_files import midi_file, track

FILES = {f"20{k:02}/piece {k}.midi": midi_file([track([(0, 100 + k, 60)])]) for k in range(5)}
SPLIT_OF = dict(zip(FILES, ["train", "train", "train", "validation", "test"], strict=True))
CSV = "maestro-v9.csv"


class Small(Release):
    """A release of five files."""

    def manifest(self) -> dict[str, str]:
        return {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}


RELEASE = Small(
    "9",
    0,
    "",
    {"train": 3, "validation": 1, "test": 1},
    index_sha256(
        [Piece(name, "train" if k < 3 else "validation" if k == 3 else "test", "", "") for k, name in enumerate(FILES)]
    ),
)


def maestro_csv(header: str = "canonical_composer,canonical_title,split,year,midi_filename") -> bytes:
    text = io.StringIO()
    rows = [("Bach", 'Fugue, "little"', split, 2004, name) for name, split in SPLIT_OF.items()]
    csv.writer(text).writerows(rows)
    return f"{header}\n{text.getvalue()}".encode()


def contents() -> dict[str, bytes]:
    return {**FILES, CSV: maestro_csv(), "LICENSE": b"CC BY-NC-SA 4.0"}


def make_zip(path: Path, files: dict[str, bytes], top: str = "maestro-v9/", packing: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as zipped:
        for name, data in files.items():
            zipped.writestr(top + name, data)
    return path


def make_folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A corpus of an earlier run, which a failure must leave alone."""
    return make_folder(tmp_path / "data" / "corpus", {"old.mid": b"old"})


def check_whole(target: Path, pieces: list[Piece]) -> None:
    assert [piece.split for piece in pieces] == list(SPLIT_OF.values())
    assert read_index(target) == pieces
    assert {name: (target / name).read_bytes() for name in FILES} == FILES
    assert not (target / "old.mid").exists()
    assert [path.name for path in target.parent.iterdir()] == ["corpus"]


@pytest.mark.parametrize("top", ["maestro-v9/", ""])
@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_zip_mirror_may_be_packed_anyhow(tmp_path: Path, target: Path, top: str, packing: int) -> None:
    archive = make_zip(tmp_path / "m.zip", contents(), top, packing)
    check_whole(target, download(RELEASE, target, tmp_path / "d", str(archive)))


@pytest.mark.parametrize("inside", ["", "maestro-v9"])
def test_a_folder_mirror(tmp_path: Path, target: Path, inside: str) -> None:
    make_folder(tmp_path / "m" / inside, contents())
    check_whole(target, download(RELEASE, target, tmp_path / "d", str(tmp_path / "m")))


def test_an_address_mirror(tmp_path: Path, target: Path) -> None:
    import fsspec

    archive = make_zip(tmp_path / "m.zip", contents())
    fsspec.filesystem("memory").pipe("/mirror/any.zip", archive.read_bytes())
    check_whole(target, download(RELEASE, target, tmp_path / "d", "memory://mirror/any.zip"))
    assert list((tmp_path / "d").iterdir()) == []


def test_without_a_mirror_the_official_address_size_and_hash_count(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(*words: object) -> None:
        asked.append(words)
        make_zip(tmp_path / "d" / "maestro-v9.zip", contents())

    (tmp_path / "d").mkdir()
    monkeypatch.setattr(maestro, "fetch", fetch)
    check_whole(target, download(RELEASE, target, tmp_path / "d"))
    assert asked == [(RELEASE.url, tmp_path / "d" / "maestro-v9.zip", RELEASE.size, RELEASE.sha256)]


def without(name: str) -> Callable[[dict[str, bytes]], object]:
    return lambda files: files.pop(name)


def with_csv(data: bytes) -> Callable[[dict[str, bytes]], object]:
    return lambda files: files.update({CSV: data})


def swapped() -> bytes:
    """The csv with two pieces in each other's split."""
    return maestro_csv().replace(b",train,", b",x,", 1).replace(b",test,", b",train,").replace(b",x,", b",test,")


FIRST = next(iter(FILES))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda files: files.update({FIRST: b"MThd other"}), "piece 0.midi is not the file of MAESTRO 9"),
        (without(FIRST), "piece 0.midi is missing; is this MAESTRO"),
        (without(CSV), "maestro-v9.csv is missing"),
        (lambda files: files.update({"../evil.midi": b""}), "unsafe path '../evil.midi'; nothing was unpacked"),
        (lambda files: files.update({"a/../../evil": b""}), "unsafe path"),
        (with_csv(maestro_csv("composer,canonical_title,split,year,midi_filename")), "no column canonical_composer"),
        (with_csv(maestro_csv().replace(b"validation", b"valid")), "line 5: split 'valid' is none of train, valid"),
        (with_csv(maestro_csv().replace(b"validation", b"test")), "pieces a split, but MAESTRO 9 has"),
        (with_csv(maestro_csv().replace(b"piece 4", b"piece 9")), "its files are not those of MAESTRO 9"),
        (with_csv(swapped()), "its order or splits are not those of MAESTRO 9"),
        (with_csv(b""), "not a csv in UTF-8"),
        (with_csv(b"\xff\xfe\x00"), "not a csv in UTF-8"),
    ],
)
def test_what_does_not_fit_is_named_and_the_old_corpus_stays(
    tmp_path: Path, target: Path, spoil: Callable[[dict[str, bytes]], object], words: str
) -> None:
    files = contents()
    spoil(files)
    archive = make_zip(tmp_path / "m.zip", files, top="" if any(".." in name for name in files) else "maestro-v9/")
    with pytest.raises(UserError, match=words) as raised:
        download(RELEASE, target, tmp_path / "d", str(archive))
    assert "\n" not in str(raised.value)
    assert [path.name for path in target.iterdir()] == ["old.mid"]
    assert not (tmp_path / "evil.midi").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "m.zip"]
    assert [path.name for path in target.parent.iterdir()] == ["corpus"]


def hostile_zip(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """An archive of entries as they are given, honest or not."""
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        warnings.simplefilter("ignore")  # a name twice
        for entry, data in entries:
            zipped.writestr(entry, data)
    return path


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def test_a_link_in_an_archive_is_refused(tmp_path: Path, target: Path) -> None:
    archive = hostile_zip(tmp_path / "m.zip", (link(FIRST), b"/etc/passwd"))
    with pytest.raises(UserError, match=r"holds the link '.*piece 0\.midi'; nothing was unpacked"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_name_that_stands_twice_is_refused(tmp_path: Path, target: Path) -> None:
    archive = hostile_zip(tmp_path / "m.zip", (FIRST, b"MThd harmless"), (FIRST, b"MThd other"))
    with pytest.raises(UserError, match=r"holds '.*piece 0\.midi' twice; nothing was unpacked"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_bomb_that_says_how_large_it_is_is_not_unpacked(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maestro, "MAX_ARCHIVE", 1 << 20)
    archive = hostile_zip(tmp_path / "m.zip", *[(f"{k}.midi", bytes(200_000)) for k in range(6)])
    assert archive.stat().st_size < 10_000
    with pytest.raises(UserError, match="holds 1,200,000 bytes when unpacked, far more than MAESTRO"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path: Path, target: Path) -> None:
    """The real bytes are a megabyte, the directory says ten: what is read is what was said, and its sum is wrong."""
    archive = hostile_zip(tmp_path / "m.zip", ("maestro-v9/" + FIRST, bytes(1 << 20)))
    data = archive.read_bytes()
    said = (1 << 20).to_bytes(4, "little")
    assert data.count(said) == 2  # before the file and in the directory
    archive.write_bytes(data.replace(said, (10).to_bytes(4, "little")))
    with pytest.raises(UserError, match=r"m\.zip: not a sound zip archive"):
        download(RELEASE, target, tmp_path / "d", str(archive))


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_a_file_larger_than_any_of_maestro_is_not_read_to_its_end(
    kind: str, tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maestro, "MAX_FILE", 1000)
    files = contents() | {FIRST: bytes(1001)}
    place = make_zip(tmp_path / "m", files) if kind == "zip" else make_folder(tmp_path / "m", files)
    with pytest.raises(UserError, match=r"piece 0\.midi is larger than any file of MAESTRO"):
        download(RELEASE, target, tmp_path / "d", str(place))


def test_an_archive_altered_anywhere_is_told_or_does_no_harm(tmp_path: Path, target: Path) -> None:
    sound = make_zip(tmp_path / "m.zip", contents(), packing=zipfile.ZIP_DEFLATED).read_bytes()
    rng, told = random.Random(0), 0
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(rng.choice((1, 5))):
            data[rng.randrange(len(data))] = rng.randrange(256)
        (tmp_path / "m.zip").write_bytes(data)
        try:
            pieces = download(RELEASE, target, tmp_path / "d", str(tmp_path / "m.zip"))
        except UserError as error:
            told += "\n" not in str(error)
        else:
            told += 1
            check_whole(target, pieces)
    assert told == 300


@pytest.mark.parametrize("name", ["/etc/evil", "C:/evil", "..\\evil", "a/../../evil"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, target: Path, name: str) -> None:
    archive = make_zip(tmp_path / "m.zip", {name: b""}, top="")
    with pytest.raises(UserError, match="unsafe path"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_zip_with_a_flipped_byte_is_named(tmp_path: Path, target: Path) -> None:
    archive = make_zip(tmp_path / "m.zip", {**contents(), FIRST: bytes(range(256)) * 99}, packing=zipfile.ZIP_DEFLATED)
    data = bytearray(archive.read_bytes())
    start = data.index(FIRST.encode()) + len(FIRST)
    data[start : start + 40] = b"\xff" * 40
    archive.write_bytes(data)
    with pytest.raises(UserError, match=r"m\.zip: not a sound zip archive"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_zip_cut_short_is_named(tmp_path: Path, target: Path) -> None:
    archive = make_zip(tmp_path / "m.zip", contents())
    archive.write_bytes(archive.read_bytes()[:-100])
    with pytest.raises(UserError, match=r"m\.zip: not a sound zip archive"):
        download(RELEASE, target, tmp_path / "d", str(archive))


def test_a_mirror_that_is_nothing_is_named(tmp_path: Path, target: Path) -> None:
    with pytest.raises(UserError, match=r"MAESTRO_MIRROR: .*neither a folder, a zip nor an address"):
        download(RELEASE, target, tmp_path / "d", str(tmp_path / "none"))


@pytest.mark.parametrize("release", RELEASES.values(), ids=RELEASES)
def test_a_manifest_lists_every_file_of_its_release(release: Release) -> None:
    manifest = release.manifest()
    assert len(manifest) == sum(release.pieces.values())
    assert all(len(digest) == 64 and name.endswith(".midi") for name, digest in manifest.items())


def test_both_releases_share_all_files_but_six_trios() -> None:
    second, third = (RELEASES[version].manifest() for version in ("2.0.0", "3.0.0"))
    assert third.items() <= second.items()
    assert len(second.keys() - third.keys()) == 6
    assert all("Chamber" in name for name in second.keys() - third.keys())


def test_a_folder_is_split_by_piece_and_always_the_same(tmp_path: Path) -> None:
    files = {f"{k % 3}/{k}.MID": bytes([k]) for k in range(40)}
    source = make_folder(tmp_path / "mine", {**files, "0/copy of 1.mid": bytes([1]), "notes.txt": b"no music"})
    pieces = copy_folder(source, tmp_path / "corpus")
    assert len(pieces) == 40  # the copy is one piece with its original
    assert [sum(p.split == s for p in pieces) for s in ("train", "validation", "test")] == [32, 4, 4]
    assert read_index(tmp_path / "corpus") == pieces
    assert {p.composer for p in pieces} == {"0", "1", "2"}

    renamed = split_by_content(
        {f"other{k}": hashlib.sha256(data).hexdigest() for k, data in enumerate(reversed(files.values()))}
    )
    split_of = {files[piece.file]: piece.split for piece in pieces if piece.file in files}
    for k, data in enumerate(reversed(files.values())):
        assert split_of.get(data, renamed[f"other{k}"]) == renamed[f"other{k}"]


@pytest.mark.parametrize("count", [0, 2])
def test_a_folder_with_too_little_is_named(tmp_path: Path, count: int) -> None:
    source = make_folder(tmp_path / "mine", {f"{k}.mid": bytes([k]) for k in range(count)} | {"x.txt": b""})
    with pytest.raises(
        UserError, match=f"mine: three splits need at least three different MIDI files, or works; there are {count}"
    ):
        copy_folder(source, tmp_path / "corpus")


@pytest.mark.parametrize("by", ["subfolder", "csv"])
def test_performances_of_one_work_are_in_one_split(tmp_path: Path, by: str) -> None:
    files = {f"Bach/{k // 4}/{k}.mid" if by == "subfolder" else f"Bach/{k}.mid": bytes([k]) for k in range(80)}
    source = make_folder(tmp_path / "mine", files)
    if by == "csv":
        rows = "".join(f"Bach/{k}.mid,work {k // 4}\n" for k in range(80))
        (source / "works.csv").write_text(f"file,work\n{rows}")
    pieces = copy_folder(source, tmp_path / "corpus")
    splits: dict[int, set[str]] = {}
    for piece in pieces:
        splits.setdefault(int(piece.title) // 4, set()).add(piece.split)
    assert [len(own) for own in splits.values()] == [1] * 20
    assert [sum(p.split == s for p in pieces) for s in ("train", "validation", "test")] == [64, 8, 8]
    assert {piece.composer for piece in pieces} == {"Bach"}


def test_a_copy_under_another_name_stays_with_its_work() -> None:
    hashes = {f"{k}.mid": f"{k:02}" for k in range(30)} | {"0 copy.mid": "12"}
    splits = split_by_content(hashes, {"12.mid": "w", "13.mid": "w"})
    assert splits["0 copy.mid"] == splits["13.mid"]
    assert "12.mid" not in splits


def test_a_works_csv_that_names_no_file_is_refused(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "mine", {f"{k}.mid": bytes([k]) for k in range(9)})
    (source / "works.csv").write_text("file,work\nz.mid,a\n")
    with pytest.raises(UserError, match=r"works\.csv: z\.mid is no MIDI file of the folder"):
        copy_folder(source, tmp_path / "corpus")
    (source / "works.csv").write_text("file,work\n1.mid,a\n1.mid,b\n")
    with pytest.raises(UserError, match=r"works\.csv: 1\.mid is there twice"):
        copy_folder(source, tmp_path / "corpus")
    (source / "works.csv").write_text("name,work\n1.mid,a\n")
    with pytest.raises(UserError, match=r"works\.csv: has no column file"):
        copy_folder(source, tmp_path / "corpus")


def test_a_link_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "mine", {f"{k}.mid": bytes([k]) for k in range(9)})
    outside = make_folder(tmp_path / "outside", {"secret.mid": b"secret"})
    (source / "y").symlink_to(outside)  # not looked into
    assert len(copy_folder(source, tmp_path / "corpus")) == 9
    (source / "x.mid").symlink_to(outside / "secret.mid")
    with pytest.raises(UserError, match=r"x\.mid is a link that leaves the folder"):
        copy_folder(source, tmp_path / "corpus")


def test_a_file_that_is_no_piece_of_music_by_its_size_is_refused(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "mine", {f"{k}.mid": bytes([k]) for k in range(9)})
    with (source / "large.mid").open("wb") as file:
        file.truncate(65 << 20)
    with pytest.raises(UserError, match=r"large\.mid has more than 64 MB"):
        copy_folder(source, tmp_path / "corpus")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"download\.folder: .* is not a folder"):
        copy_folder(tmp_path / "none", tmp_path / "corpus")


def test_an_index_keeps_the_order_given(tmp_path: Path) -> None:
    pieces = [Piece("b.mid", "test", "B", 'with "quotes", and é'), Piece("a.mid", "train", "", "")]
    write_index(tmp_path, pieces)
    assert read_index(tmp_path) == pieces


def test_a_missing_index_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"pieces\.csv is missing"):
        read_index(tmp_path)


def test_words_that_a_spreadsheet_would_compute_are_defused(tmp_path: Path) -> None:
    formula = '=HYPERLINK("http://127.0.0.1/?"&A1)'
    write_index(tmp_path, [Piece("=x.mid", "train", "+1", formula), Piece("a.mid", "test", "@x", "-")])
    cells = list(csv.reader(io.StringIO((tmp_path / "pieces.csv").read_text())))[1:]
    assert cells == [["./=x.mid", "train", "'+1", f"'{formula}"], ["a.mid", "test", "'@x", "'-"]]
    (tmp_path / "=x.mid").touch()
    assert (tmp_path / read_index(tmp_path)[0].file).exists()


@pytest.mark.parametrize("file", ["../x.mid", "/etc/passwd", "a/../../x.mid", "."])
def test_an_index_that_leads_out_of_its_folder_is_refused(tmp_path: Path, file: str) -> None:
    (tmp_path / "pieces.csv").write_text(f"file,split,composer,title\n{file},train,a,b\n")
    with pytest.raises(UserError, match=r"pieces\.csv, line 2: .* is not a file of this folder"):
        read_index(tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("file,split,composer,title\nä.mid,train,Händel,x\n".encode("latin-1"), "not a csv in UTF-8"),
        ("file,split,composer,title\na.mid,train,b,c\n".encode("utf-16"), "not a csv in UTF-8"),
        (b'file,split,composer,title\n"a.mid,train,b,c\n', "not a csv in UTF-8"),
        (b"file,split,composer,title\na.mid,train,b,c,d,e\n", "not a csv in UTF-8|is none of train"),
        (b"\0\0\0\0", "has no column file"),
        (b"file;split;composer;title\na.mid;train;b;c\n", "has no column file"),
    ],
)
def test_an_odd_csv_is_named(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "pieces.csv").write_bytes(data)
    with pytest.raises(UserError, match=words) as raised:
        read_index(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "pieces.csv").write_bytes("\ufefffile,split,composer,title\r\na.mid,train,b,c\r\n".encode())
    assert read_index(tmp_path) == [Piece("a.mid", "train", "b", "c")]


@pytest.mark.parametrize("name", [b"a\nb.mid", b"\xff.mid"])
def test_a_name_that_cannot_be_written_down_is_told(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "mine").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "mine") + b"/" + name)).touch()
    with pytest.raises(UserError, match=r"give the file .* a name of printable characters") as raised:
        copy_folder(tmp_path / "mine", tmp_path / "corpus")
    str(raised.value).encode()


def test_pieces_are_read_with_their_works_and_who_is_not_there_has_its_own(tmp_path: Path) -> None:
    pieces = [Piece(f"{k}.mid", "test" if k else "train", "", "") for k in range(4)]
    write_index(tmp_path, pieces)
    rows = [{**vars(one), "work": work, "twin": "", "twin_shared": 0.0, "other": "", "other_shared": 0.0}
            for one, work in zip(pieces[:3], (1, 1, 2), strict=True)]  # fmt: skip
    write_csv(tmp_path / "works" / "pieces.csv", rows, WORK_COLUMNS)
    assert works_of("test", tmp_path, tmp_path / "works")[:2] == [1, 2]
    assert works_of("test", tmp_path, tmp_path / "works")[2] < 0


def test_what_works_finds_is_a_works_csv_whatever_files_are_called(tmp_path: Path) -> None:
    source = make_folder(tmp_path / "mine", {name: bytes([k]) for k, name in enumerate(("=a.mid", "b.mid", "c.mid"))})
    write_index(tmp_path, copy_folder(source, tmp_path / "corpus"))
    files = [line.split(",")[0] for line in (tmp_path / "pieces.csv").read_text().splitlines()[1:]]
    assert "./=a.mid" in files
    (source / "works.csv").write_text("file,work\n" + "".join(f"{file},{k}\n" for k, file in enumerate(files)))
    assert len(copy_folder(source, tmp_path / "again")) == 3
