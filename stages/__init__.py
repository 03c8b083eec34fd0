"""The pipeline's stages, one thin script each: `python -m stages.NAME`, as the dvc.yaml files call them.

A stage reads params.yaml and its inputs, calls the library, writes its outputs and prints a line.
"""

import os
import signal
import sys


def _stop(*_: object) -> None:
    print("stopped before the stage had begun; run it again to resume", file=sys.stderr, flush=True)
    os._exit(1)  # nothing is open yet, and a library that is being imported could catch an exception


if sys.argv[0] == "-m":  # this package is being imported on the way to one of its stages
    # Libraries take seconds to import, and Ctrl-C meanwhile is not an error. `command.run` restores Python's handler.
    signal.signal(signal.SIGINT, _stop)
