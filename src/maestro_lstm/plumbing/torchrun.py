"""One training in several processes, on one host or many: PyTorch's torchrun, by its own arguments in TORCHRUN."""

import os
import shlex
import signal
import sys
from collections.abc import Sequence

from maestro_lstm.plumbing.errors import UserError

ARGUMENTS = "TORCHRUN"  # environment variable, such as "--nproc-per-node 2"


def wanted() -> bool:
    """Whether the environment asks for several processes, and this is not yet one of them."""
    return bool(os.environ.get(ARGUMENTS)) and not started()


def started() -> bool:
    """Whether torchrun started this process."""
    return "TORCHELASTIC_RUN_ID" in os.environ


def is_first() -> bool:
    """Whether this process writes results: rank 0, or the only one."""
    return not started() or os.environ["RANK"] == "0"


def launch(module: str, arguments: Sequence[str]) -> None:
    """Run `python -m module` in the processes that the environment asks for, and wait for them.

    Raises: UserError where the environment's arguments are wrong or a process is killed; KeyboardInterrupt where this
        one is told to stop; SystemExit with 1 where one ended with an error, which it has reported itself.
    """
    import logging

    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import parse_args, run

    os.environ.setdefault("OMP_NUM_THREADS", "1")  # or torchrun warns; a training sets its own number
    for name in ("torch.distributed", "torch.distributed.elastic.agent.server.api"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what is said of a lost process is said below
    words = shlex.split(os.environ[ARGUMENTS])
    try:
        run(parse_args([*words, "-m", module, *arguments]))  # type: ignore[no-untyped-call]
    except ChildFailedError as error:
        # torchrun itself ends the others with SIGTERM
        killed = {k: one for k, one in error.failures.items() if one.exitcode < 0 and one.exitcode != -signal.SIGTERM}
        if not killed:
            sys.exit(1)
        rank, failure = min(killed.items(), key=lambda one: one[1].timestamp)
        how = failure.signal_name()
        raise UserError(f"process {rank} of the training was killed ({how}): run it again to resume") from None
    except SignalException:
        raise KeyboardInterrupt from None
    except (SystemExit, ValueError) as error:
        raise UserError(f"{ARGUMENTS}={shlex.join(words)!r}: torchrun does not take it ({error})") from None
