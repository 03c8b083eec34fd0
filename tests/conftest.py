"""Shared by all tests."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from maestro_lstm.model.device import use_cores
from maestro_lstm.plumbing.cluster import ADDRESS
from maestro_lstm.plumbing.torchrun import ARGUMENTS
from tests.small_study import COMMANDS, DATA, copy_of, make_project

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
use_cores(1)  # as the stages do; several threads on networks this small only wait for each other
# First, or one core would idle last. test_stages makes the small studies; the next ones do not wait for them, and what
# does comes last.
LONGEST = (
    "test_stages.py",
    "test_page.py",
    "test_compiled.py",
    "test_cluster.py",
    "test_snapshots.py",
    "test_ranks.py",
    "test_remote.py",
    "test_command.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture(autouse=True)
def _nothing_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests must not depend on what the user has set up."""
    monkeypatch.delenv("MAESTRO_MIRROR", raising=False)
    monkeypatch.delenv(ADDRESS, raising=False)
    monkeypatch.delenv(ARGUMENTS, raising=False)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def studies(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small studies, made once for all test processes: `encoded`, up to the encoded splits, and `finished`."""
    shared = tmp_path_factory.getbasetemp()
    if shared.name.startswith("popen-"):  # a process of xdist
        shared = shared.parent
    with FileLock(shared / "studies.lock"):
        if not (shared / "studies" / "done").exists():
            with pytest.MonkeyPatch.context() as monkeypatch:
                monkeypatch.setattr(sys, "argv", sys.argv)
                make_project(project, shared / "making")
                copy_of(shared / "making", shared / "studies" / "finished", monkeypatch)
                for call in COMMANDS:
                    call.run()
                    if call == DATA[-1]:
                        copy_of(Path(), shared / "studies" / "encoded", monkeypatch)
                        monkeypatch.chdir(shared / "studies" / "finished")
            (shared / "studies" / "done").touch()
    return shared / "studies"


@pytest.fixture
def encoded(studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small study up to the encoded splits; the current directory is there."""
    return copy_of(studies / "encoded", tmp_path / "study", monkeypatch)


@pytest.fixture
def finished(studies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the finished small study; the current directory is there."""
    return copy_of(studies / "finished", tmp_path / "study", monkeypatch)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found and not os.environ.get("CI"):
        pytest.skip(f"no browser here: install one of {', '.join(BROWSERS)}")
    assert found, "no browser: .ci/run installs one"
    with sync_playwright() as playwright:
        # as root a browser runs without its sandbox or not at all; the page is our own
        opened = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield opened
        opened.close()
