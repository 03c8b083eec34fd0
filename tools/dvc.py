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


def dvc(*words: str, quiet: bool = False, folder: Path = Path(), environment: Mapping[str, str] | None = None) -> str:
    """Run a DVC command in a folder.

    Returns: what it printed, if `quiet`; else it prints that itself. Exits with DVC's own status where it fails.
    """
    # the stages' `python` is this one, also where its environment is not activated
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *words],
        cwd=folder,
        env={**os.environ, "PATH": path, **(environment or {})},
        stdout=subprocess.PIPE if quiet else None,
        text=True,
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout or ""
