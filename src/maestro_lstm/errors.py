"""The one error that a user is meant to read: what is wrong, where, and the way out."""


class UserError(Exception):
    """Something the user can mend. Its text is one line and names the file or key and the way out."""


class Stopped(KeyboardInterrupt):
    """Ctrl-C, and what is kept of the work that it stopped."""


class BadMidi(UserError):
    """A MIDI file that cannot be read; one among many is skipped, named and counted."""
