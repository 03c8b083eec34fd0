"""What every stage's `main` is wrapped in: a user's error is one line and a non-zero exit, not a traceback."""

import errno
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from maestro_lstm.errors import UserError
from maestro_lstm.files import read_json
from stages import paths

Word = TypeVar("Word", bound=str)


def run(main: Callable[[], None]) -> None:
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped: what was finished is kept, and `dvc repro` goes on from there")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"error: no space left on the disk of {error.filename or Path.cwd()}: free some and run again")
        if error.errno in (errno.EACCES, errno.EROFS):
            sys.exit(f"error: {error.filename} may not be read or written: check its owner and permissions")
        raise


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
    return {sweep: read_json(paths.SELECTED / f"{sweep}.json")[sweep] for sweep in sweeps}
