"""Files of a corpus that cannot be read: how many may be, and what is said of them."""

from pathlib import Path

from maestro_lstm.data.midi.notes import read_bytes
from maestro_lstm.plumbing.errors import BadMidi, UserError


def content_of(folder: Path, file: str) -> bytes | BadMidi:
    """A file's content, or why there is none."""
    try:
        return read_bytes(folder / file, file)
    except BadMidi as error:
        return error


def refuse_more_than(max_bad: float, problems: list[str], files: int) -> None:
    """Raise UserError if more than this share of the files, 0 to 1, cannot be read; it names the first."""
    if len(problems) > max_bad * files:
        raise UserError(
            f"{len(problems)} of {files} files cannot be read, more than parse.max_bad ({max_bad}); "
            f"the first: {problems[0]}"
        )


def no_piece(split: str, problems: list[str]) -> UserError:
    """The error for a split of which nothing could be read."""
    first = problems[0] if problems else "it has none"
    return UserError(f"no file of the {split} split can be read; the first: {first}")
