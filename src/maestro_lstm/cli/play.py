"""`maestro-lstm play`: the page that plays on, served on this machine."""

import functools
import http.server
import io
import threading
import webbrowser
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from cyclopts import Parameter

from maestro_lstm.export.sound import soundfont
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.web.live_page import page

PORTS = 65_536


class _Page(http.server.SimpleHTTPRequestHandler):
    """Serves files from memory: whatever ends the command, nothing is left on the disk."""

    def __init__(self, *words: Any, files: Mapping[str, bytes]) -> None:
        self.files = files
        super().__init__(*words)

    def send_head(self) -> io.BytesIO | None:
        """A file, to this server's own page alone. A page from elsewhere can make a browser ask, by a name of its own
        that leads here or as a script of its own, and would then have a network that is private: the name gives the
        first away, and what the browser says of who asks the second."""
        name, _, _ = self.headers.get("Host", "").partition(":")
        asks = self.headers.get("Sec-Fetch-Site", "none")
        elsewhere = asks not in ("none", "same-origin") and self.headers.get("Sec-Fetch-Mode") != "navigate"
        if name not in ("127.0.0.1", "localhost") or elsewhere:
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        name = self.path.partition("?")[0].removeprefix("/") or "index.html"
        data = self.files.get(name)
        if data is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.end_headers()
        return io.BytesIO(data)

    def log_message(self, format: str, *words: Any) -> None:
        """Nothing: the terminal shows the address."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: the browser has turned away, such as from a page that is loaded again."""


def server_of(files: Mapping[str, bytes], port: int) -> http.server.ThreadingHTTPServer:
    """A server of files by their names, for this machine alone. Raises UserError if the port is taken, or is none."""
    if not 0 <= port < PORTS:
        raise UserError(f"--port is 0 to {PORTS - 1}, not {port}")
    try:
        return _Server(("127.0.0.1", port), functools.partial(_Page, files=files))
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
    files: dict[str, bytes] = {}
    with server_of(files, port) as server:
        files.update(page(network_file(network), soundfont(soundfont_file)))
        address = f"http://127.0.0.1:{server.server_port}/"
        print(f"{address}  (Ctrl-C ends it)", flush=True)
        if browser:  # beside the server, which listens by now: a browser of the terminal stays until it is closed
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
        server.serve_forever()
