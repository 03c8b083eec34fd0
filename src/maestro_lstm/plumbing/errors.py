"""The errors a user is meant to read, and how a command reports them: one line, no traceback."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path


class UserError(Exception):
    """Something the user can fix. Its text is one line that names the file or key and the way out."""


class BadSetting(UserError):
    """A setting that cannot be. The text begins with its name."""


class NotMade(UserError):
    """A file that is missing, damaged or another than it should be: who made it can make it again.

    Attributes:
        is_there: whether it is in the way.
    """

    def __init__(self, text: str, is_there: bool = False) -> None:
        super().__init__(text)
        self.is_there = is_there


class Stopped(KeyboardInterrupt):
    """Ctrl-C, with what was kept of the interrupted work."""


class BadMidi(UserError):
    """A MIDI file that cannot be read. One among many is skipped, named and counted."""


def report_in_one_line(main: Callable[[], None]) -> None:
    """Run `main`; exit with one line for whatever a user can fix."""
    try:
        main()
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stop:
        sys.exit(f"stopped: {stop if isinstance(stop, Stopped) else 'finished work is kept'}; run it again to resume")
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"error: no space left on the disk of {error.filename or Path.cwd()}: free some and run again")
        if error.errno in (errno.EACCES, errno.EROFS):
            what = error.filename or Path.cwd()
            sys.exit(f"error: {what} may not be read or written: check its owner and permissions")
        raise
