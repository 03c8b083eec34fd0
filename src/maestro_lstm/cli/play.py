"""`maestro-lstm play`: the page that plays on, served on this machine."""

import functools
import http.server
import tempfile
import webbrowser
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from maestro_lstm.export.sound import soundfont
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.web.live_page import write_page


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *words: Any) -> None:
        """Nothing: the terminal shows the address."""


def server_of(folder: Path, port: int) -> http.server.ThreadingHTTPServer:
    """A server of a folder, for this machine alone. Raises UserError if the port is taken."""
    try:
        return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise UserError(f"--port {port}: {error.strerror or error}; give another") from None


def play(
    *,
    network: Annotated[str, Parameter(alias="-n")] = "performer",
    port: int = 8765,
    soundfont_file: Annotated[str, Parameter("--soundfont")] = "auto",
    browser: Annotated[bool, Parameter(negative="--no-browser", show_default=False)] = True,
) -> None:
    """Open a page on which you and the network play in turn: screen, computer keys, or a MIDI keyboard.

    Parameters
    ----------
    network:
        performer, or the file of a network that plays and that you trained.
    port:
        Of 127.0.0.1; 0: any that is free.
    soundfont_file:
        A SoundFont (.sf2) to play on, in place of our grand piano.
    browser:
        Do not open a browser.
    """
    path, font = network_file(network), soundfont(soundfont_file)
    with tempfile.TemporaryDirectory() as folder:
        write_page(path, font, Path(folder) / "page")
        with server_of(Path(folder) / "page", port) as server:
            address = f"http://127.0.0.1:{server.server_port}/"
            print(f"{address}  (Ctrl-C ends it)", flush=True)
            if browser:
                webbrowser.open(address)
            server.serve_forever()
