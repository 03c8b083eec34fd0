"""What every stage's `main` is wrapped in: one stage at a time, and who made the results written down beside them.

A user's error is one line and a non-zero exit, not a traceback.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock, Timeout

from maestro_lstm.errors import Stopped, UserError
from maestro_lstm.figures import read_selected
from maestro_lstm.files import recorded, write_json
from maestro_lstm.provenance import circumstances, hashes
from stages import paths

Word = TypeVar("Word", bound=str)


def run(main: Callable[[], None]) -> None:
    """Run a stage."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    tell_in_a_line(lambda: _run(main))


def _run(main: Callable[[], None]) -> None:
    with _alone(), recorded() as written:
        made_with = circumstances()  # before: the code may be changed meanwhile
        main()
        # not the kept runs, which other stages share, nor what stands in a folder under its final name by now
        results = {path for path in written if path.exists() and paths.RUNS not in path.parents}
        write_json(paths.PROVENANCE / f"{_name()}.json", {**made_with, "results": hashes(results)})


def tell_in_a_line(main: Callable[[], None]) -> None:
    """Run what may fail; what a user can mend is told in a line."""
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stop:
        sys.exit(f"stopped: {stop if isinstance(stop, Stopped) else 'what is finished is kept'}; `dvc repro` goes on")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"error: no space left on the disk of {error.filename or Path.cwd()}: free some and run again")
        if error.errno in (errno.EACCES, errno.EROFS):
            what = error.filename or Path.cwd()
            sys.exit(f"error: {what} may not be read or written: check its owner and permissions")
        raise


def _name() -> str:
    """This call of a stage, such as sweep_optimizer_adam."""
    return "_".join([Path(sys.argv[0]).stem, *sys.argv[1:]])


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other stage is at work here, such as one whose `dvc repro` was killed without it.

    `dvc repro` itself refuses to run beside another; a stage that it left behind it does not see.
    """
    paths.LOCK.parent.mkdir(parents=True, exist_ok=True)
    lock, who = FileLock(paths.LOCK), paths.LOCK.with_suffix(".txt")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        told = who.read_text() if who.exists() else "?"
        print(f"waiting for {told}, which is at work here: `kill` it, or let it end", file=sys.stderr, flush=True)
        lock.acquire()
    try:
        who.write_text(f"process {os.getpid()} ({_name()})")
        yield
    finally:
        lock.release()


def argument(meaning: str, place: int = 1) -> str:
    """A word of the command line."""
    if len(sys.argv) <= place:
        raise UserError(f"python -m stages.…: argument {place} is missing: {meaning}")
    return sys.argv[place]


def choice(meaning: str, words: Sequence[Word], place: int = 1) -> Word:
    """A word of the command line that must be one of `words`."""
    given = argument(meaning, place)
    for word in words:
        if word == given:
            return word
    raise UserError(f"{given} is no {meaning}: say one of {', '.join(words)}")


def chosen(*sweeps: str) -> dict[str, Any]:
    """The winners of these sweeps."""
    return {sweep: read_selected(paths.SELECTED / f"{sweep}.json", sweep) for sweep in sweeps}
