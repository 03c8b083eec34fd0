"""Shared by all tests."""

from pathlib import Path

import pytest

from maestro_lstm.cluster import ADDRESS
from maestro_lstm.compute import use_cores

use_cores(1)  # as the stages do; several threads on networks this small only wait for each other


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The file that takes longest first, or one core would be left with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_remote.py")


@pytest.fixture(autouse=True)
def _nothing_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests must not depend on what the user has set up."""
    monkeypatch.delenv("MAESTRO_MIRROR", raising=False)
    monkeypatch.delenv(ADDRESS, raising=False)


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root."""
    return Path(__file__).parents[1]
