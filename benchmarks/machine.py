"""What the figures were measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("dvc", "mido", "music21", "numba", "numpy", "scipy", "symusic", "torch")


def processor() -> str:
    """As the system calls it; its vector instructions decide as much as its name."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    told = {key.strip(): value.strip() for key, value in told.items()}
    vectors = [name for name in ("avx2", "avx512f") if name in told.get("flags", "").split()]
    return " ".join([told.get("model name", platform.processor() or platform.machine()), *vectors])


def describe() -> dict[str, object]:
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in LIBRARIES},
    }
