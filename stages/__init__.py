"""The pipeline's stages, one thin script each: `python -m stages.NAME`, as the dvc.yaml files call them.

A stage reads params.yaml and its inputs, calls the library, writes its outputs and prints a line.
"""

import os
import signal
import sys
from pathlib import Path

# The library beside these stages, in the processes that they start, too: an environment may hold that of another
# checkout, such as the one that an experiment was queued from.
_LIBRARY = str(Path(__file__).parents[1] / "src")
sys.path.insert(0, _LIBRARY)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_LIBRARY, os.environ.get("PYTHONPATH"))))


def _stop(*_: object) -> None:
    print("stopped before the stage had begun; run it again to resume", file=sys.stderr, flush=True)
    os._exit(1)  # nothing is open yet, and a library that is being imported could catch an exception


if sys.argv[0] == "-m":  # this package is being imported on the way to one of its stages
    # Libraries take seconds to import, and Ctrl-C meanwhile is not an error. `command.run` restores Python's handler.
    signal.signal(signal.SIGINT, _stop)
