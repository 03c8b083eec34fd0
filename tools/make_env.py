"""Make the environment .venv, with what the project needs at the versions of constraints.txt.

Written for any Python 3, so that one that is too old is told so.
"""

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENV = os.path.join(ROOT, ".venv")
LOG = os.path.join(ENV, "install.log")

# what the installer prints → what it means; the first that is found counts
CAUSES = [
    ("No space left on device", "the disk is full: the environment takes about 2 GB (6 GB with CUDA)"),
    ("NewConnectionError", "no network: the packages could not be fetched"),
    ("Temporary failure in name resolution", "no network: the packages could not be fetched"),
    ("NameResolutionError", "no network: the packages could not be fetched"),
    ("ConnectTimeoutError", "no network: the packages could not be fetched"),
    ("ProxyError", "the network's proxy refuses: the packages could not be fetched"),
    ("ReadTimeoutError", "the network is too slow: run the same command again"),
    ("Permission denied", "a file may not be written: check the owner of this folder"),
    ("No matching distribution", "a package has no build for this Python or system: try Python 3.11 to 3.13"),
]


def main():
    # type: () -> None
    if sys.version_info < (3, 11):
        fail("this is Python %d.%d, and 3.11 or later is needed: make PYTHON=python3.12" % sys.version_info[:2])
    print("making the environment in .venv (some minutes; about 1 GB to fetch, 3 GB with CUDA) ...")
    sys.stdout.flush()
    done = subprocess.run([sys.executable, "-m", "venv", ENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        text = done.stdout.decode(errors="replace")
        if "ensurepip" in text:
            fail("this Python cannot make environments: install its venv package (Debian: apt install python3-venv)")
        fail(cause_in(text) or "no environment could be made in %s: %s" % (ENV, " ".join(text.split())[-200:]))
    pip = [os.path.join(ENV, "bin", "python"), "-m", "pip", "install", "--disable-pip-version-check"]
    with open(LOG, "wb") as log:
        done = subprocess.run(
            pip + ["-c", "constraints.txt", "-e", ".[dev]"], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
    if done.returncode:
        with open(LOG, "rb") as log:
            text = log.read().decode(errors="replace")
        fail(cause_in(text) or "the packages could not be installed; the last words of %s tell why" % LOG)
    with open(os.path.join(ENV, "ready"), "w"):
        pass


def cause_in(text):
    # type: (str) -> str
    for mark, meaning in CAUSES:
        if mark in text:
            return meaning
    return ""


def fail(message):
    # type: (str) -> None
    sys.exit("error: " + message)


if __name__ == "__main__":
    main()
