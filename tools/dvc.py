"""Running DVC for a tool."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def leave_ctrl_c_to_dvc() -> None:
    """Ctrl-C reaches DVC and its stage from the terminal; they end in order if the tool does not kill them first.

    A handler, not SIG_IGN: that they would inherit.
    """
    signal.signal(signal.SIGINT, lambda *_: None)


def environment_for(folder: Path) -> dict[str, str]:
    """The environment of a copy of the project: its own code, and the stages' `python` is this one, also where its
    environment is not activated."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str((folder / "src").resolve())}


def dvc(*words: str, quiet: bool = False, folder: Path | None = None, environment: Mapping[str, str] = {}) -> str:
    """Run a DVC command; in a folder of its own with that folder's code.

    Args:
        environment: variables more.

    Returns: what it printed, if `quiet`; else it prints that itself. Exits with DVC's own status where it fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *words],
        cwd=folder or Path(),
        env={**environment_for(folder or Path()), **environment},
        stdout=subprocess.PIPE if quiet else None,
        text=True,
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout or ""
