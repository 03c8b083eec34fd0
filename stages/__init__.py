"""The pipeline's stages, one thin script each: `python -m stages.NAME`, as dvc.yaml calls them.

A stage reads params.yaml and its inputs, makes one call into the library, writes its outputs and prints a line.
"""

import os
import signal
import sys


def _stop(*_: object) -> None:
    print("stopped before the stage had begun: `dvc repro` goes on", file=sys.stderr, flush=True)
    os._exit(1)  # nothing is open yet, and a library that is being loaded could catch an exception


if sys.argv[0] == "-m":  # this package is being loaded on the way to one of its stages
    # Libraries take seconds to load, and Ctrl-C meanwhile is no error; `command.run` puts Python's own handler back.
    signal.signal(signal.SIGINT, _stop)
