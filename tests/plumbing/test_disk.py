"""A full disk and folders that may not be written: one line, and what was there before is whole.

On file systems of the test's own, which only root may mount: elsewhere these tests are skipped.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.small_study import outputs, run

Mount = Callable[[Path, bool], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Put a folder's content on a file system of its own that is full, or may only be read."""
    mounted: list[Path] = []

    def on(folder: Path, full: bool) -> None:
        before = folder.with_name(f"{folder.name}-before")
        folder.rename(before)
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", "size=9m", "none", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no file system can be mounted here ({done.stderr.strip()})")
        mounted.append(folder)
        shutil.copytree(before, folder, dirs_exist_ok=True)
        if full:
            with suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
                while filler.write(bytes(4096)):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", folder], check=True)

    yield on
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture
def small(finished: Path) -> Path:
    """A small study without its kept runs: it trains again."""
    for kept in (finished / "runs").glob("*.safetensors"):
        kept.unlink()
    return finished


@pytest.mark.parametrize(
    ("words", "folder", "state", "told"),
    [
        ("download", "data", "full", "no space left on the disk of "),
        ("parse", "data", "full", "no space left on the disk of "),
        ("vocab", "data", "full", "no space left on the disk of "),
        ("sweep learning_rate", "runs", "full", "no space left on the disk of "),
        ("sweep learning_rate", "metrics", "full", "no space left on the disk of "),
        ("download", "data", "ro", r"data\S* may not be read or written"),
        ("parse", "data", "ro", r"data\S* may not be read or written"),
        ("sweep learning_rate", "runs", "ro", r"runs\S* may not be read or written"),
        ("select optimizer", "metrics", "ro", r"metrics\S* may not be read or written"),
        ("select optimizer", ".dvc", "ro", r"\.dvc\S* may not be read or written"),
    ],
)
def test_it_is_told_in_a_line_and_earlier_outputs_are_whole(
    small: Path,
    mount: Mount,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    folder: str,
    state: str,
    told: str,
) -> None:
    mount(small / folder, state == "full")
    earlier = outputs(small)
    with pytest.raises(SystemExit, match=rf"^error: .*{told}") as raised:
        run(words, monkeypatch)
    assert "\n" not in str(raised.value.code)
    assert outputs(small) == earlier


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_told(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (small / "data").chmod(0o555)
    with pytest.raises(SystemExit, match=r"data\S* may not be read or written"):
        run("vocab", monkeypatch)
    (small / "data").chmod(0o755)
