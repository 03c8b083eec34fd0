"""The errors a user is meant to read, and how a command reports them: one line, no traceback."""

import errno
import os
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


# what a path can be that somebody gave
PLACES = (errno.EEXIST, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOENT, errno.ENOTDIR)


def report_in_one_line(main: Callable[[], None]) -> None:
    """Run `main`; exit with one line for whatever a user can fix."""
    try:
        main()
        sys.stdout.flush()  # here, where who reads it may be gone
    except UserError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt as stop:
        sys.exit(f"stopped: {stop if isinstance(stop, Stopped) else 'finished work is kept'}; run it again to resume")
    except MemoryError:
        sys.exit("error: the memory is not enough")
    except OSError as error:
        what = error.filename or Path.cwd()
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            sys.exit(f"error: no space left on the disk of {what}: free some and run again")
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            sys.exit(f"error: {what} may not be read or written: check its owner and permissions")
        if error.errno == errno.EPIPE:  # what read the output, such as `head`, has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        if error.errno in PLACES and error.filename:
            sys.exit(f"error: {what}: {error.strerror}")
        raise
