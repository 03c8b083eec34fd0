"""The command `maestro-lstm`. Each subcommand is imported when it is asked for."""

import io
import sys
from importlib.metadata import version

from cyclopts import App, CycloptsError

from maestro_lstm.plumbing.errors import UserError, report_in_one_line

HELP = """\
A neural network that plays the piano.

`maestro-lstm compose` plays half a minute; `maestro-lstm compose mine.mid` goes on from a MIDI file of yours;
`maestro-lstm play` opens a page on which you play, and it plays on.
"""
COMMANDS = {
    "compose": "Compose for the piano, from nothing, a key, or a MIDI file.",
    "play": "Open a page on which you and the network play in turn.",
    "evaluate": "Tell how well a network predicts your MIDI files.",
    "export": "Write a network that you trained to a small file, or the page of `play` to a folder.",
}


def app() -> App:
    made = App("maestro-lstm", help=HELP, help_format="markdown", version=lambda: version("maestro-lstm"))
    for name, about in COMMANDS.items():
        made.command(f"maestro_lstm.cli.{name}:{name}", name=name, help=about)
    made.register_install_completion_command(help="Let the shell complete this command's options.")
    return made


def run(words: list[str] | None = None) -> None:
    """Run the command with these words, or the command line's. Raises UserError for a word that is not known."""
    try:
        app()(
            sys.argv[1:] if words is None else words,
            exit_on_error=False,
            print_error=False,
            result_action="return_value",
        )
    except CycloptsError as error:
        raise UserError(f"{' '.join(str(error).split())} (maestro-lstm --help)") from None


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file's name can be any bytes
    try:
        report_in_one_line(run)
    except SystemExit as end:
        sys.exit("stopped" if str(end.code).startswith("stopped: ") else end.code)
