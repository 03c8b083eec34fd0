"""The errors a user is meant to read, and how a command reports them: one line, no traceback."""

import errno
import sys
from collections.abc import Callable
from pathlib import Path


class UserError(Exception):
    """Something the user can fix. Its text is one line that names the file or key and the way out."""


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
