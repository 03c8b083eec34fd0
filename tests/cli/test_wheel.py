"""The wheel: it composes in an empty folder, where the study's packages and the checkout are not to be found."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.slow

FREE = (
    "MIT",
    "BSD",
    "Apache",
    "PSF",
    "Python Software Foundation",
    "MPL",
    "Mozilla",
    "ISC",
    "HPND",
    "LGPL",
    "Public Domain",
)
# their metadata name no licence; these are what their licence files say
SAID = {"resvg-py": "MIT", "midirenderer": "MIT"}
BLOCKED = """
import sys
sys.modules.update(dict.fromkeys({blocked!r}))  # None: not to be found
sys.path.insert(0, {wheel!r})
import maestro_lstm
assert maestro_lstm.__file__.startswith({wheel!r}), maestro_lstm.__file__
from maestro_lstm.cli.app import run
for words in {commands!r}:
    run(words)
"""


def needed(extra: str = "") -> dict[str, Requirement]:
    """What an installation brings, by name, directly or not."""
    found: dict[str, Requirement] = {}
    new = [Requirement(f"maestro-lstm[{extra}]" if extra else "maestro-lstm")]
    while new:
        one = new.pop()
        found[canonicalize_name(one.name)] = one
        try:
            requires = distribution(one.name).requires or []
        except PackageNotFoundError:
            continue  # for another system
        for other in map(Requirement, requires):
            extras = one.extras or {""}
            there = other.marker is None or any(other.marker.evaluate({"extra": name}) for name in extras)
            if there and canonicalize_name(other.name) not in found:
                new.append(other)
    return found


def licence_of(name: str) -> str:
    try:
        about = distribution(name).metadata
    except PackageNotFoundError:
        return "MIT"  # for another system
    said = SAID.get(name) or " ".join(about.get_all("License-Expression") or [])
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return said or " ".join(classifiers) or str(about["License"]).strip()[:80]


def test_all_that_is_installed_by_default_is_free_of_the_gpl() -> None:
    names = needed().keys() - {"maestro-lstm"}
    assert len(names) > 20
    for name in sorted(names):
        said = licence_of(name)
        assert any(free in said for free in FREE), f"{name}: {said[:80]}"
        assert "GPL" not in said.replace("LGPL", "").replace("Lesser General Public License", ""), name


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel installs, without what it needs."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(Path.cwd())]
    subprocess.run([*pip, *build], check=True)
    (file,) = folder.glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", str(folder / "site"), str(file)], check=True)
    return folder / "site"


def test_it_composes_without_the_study(wheel: Path, tmp_path: Path) -> None:
    beyond = (needed("study").keys() | needed("cluster").keys()) - needed().keys()
    assert {"dvc", "dvc-gs", "distributed", "pandas", "ruamel-yaml"} <= beyond
    modules = {
        module for module, names in packages_distributions().items() if set(map(canonicalize_name, names)) <= beyond
    }
    commands = [
        ["compose", "--seconds", "5"],
        ["evaluate", "music/nothing-1.mid"],
        ["compose", "C3", "--network", "best", "--seconds", "2", "--forms", "mid"],
        ["evaluate", "music/c3-1.mid", "--network", "best"],
        ["export", str(wheel / "maestro_lstm/pretrained/performer.safetensors"), "mine.safetensors"],
    ]
    code = BLOCKED.format(blocked=modules, wheel=str(wheel), commands=commands)
    done = subprocess.run([sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("MAESTRO's test split") == 2
    assert (tmp_path / "mine.safetensors").exists()
    assert sorted(path.name for path in (tmp_path / "music").iterdir()) == [
        "c3-1.mid",
        "nothing-1-roll.svg",
        "nothing-1.mid",
        "nothing-1.mp3",
    ]
