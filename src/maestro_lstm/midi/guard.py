"""A function in a process of its own: a call that crashes, hangs or takes too much memory fails, and nothing else.

For strangers' files read by compiled libraries. Only bytes cross between the processes, so nothing that a broken one
sends is executed.
"""

import importlib
import signal
import subprocess
import sys
from contextlib import suppress
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from maestro_lstm.plumbing.errors import UserError

try:
    import resource
except ImportError:
    raise UserError("MIDI files are read in guarded processes, which need Linux or macOS (on Windows: WSL)") from None

PATIENCE = 300.0  # seconds on the clock that a call may take beyond its processor time


class Lost(Exception):
    """A call that did not come back, and why."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        # killed by somebody, such as a system out of memory: the file is not to blame
        self.from_outside = -status in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Guard:
    """A function from bytes to bytes, called in a child process that is replaced if it is lost.

    Args:
        function: `module:name` of what the child imports and calls, with `words` after the bytes.
        sample: the first input, without limits: it loads libraries and compiles code.
        seconds: processor time per call; a busy machine does not make it fail, unless it waits for minutes
            (`PATIENCE`).
        memory: bytes per call, beyond what the sample took (on Linux).
    """

    def __init__(self, function: str, *words: str, sample: bytes, seconds: float, memory: int) -> None:
        self.seconds, self.sample = seconds, sample
        self.command = [sys.executable, "-m", __name__, function, str(seconds), str(memory)]
        self.words = words
        self.child: subprocess.Popen[bytes] | None = None
        self.pipe: Connection | None = None

    def __call__(self, data: bytes) -> bytes:
        """Raises Lost."""
        pipe = self.pipe or self._start()
        try:
            pipe.send_bytes(data)
            if pipe.poll(PATIENCE + self.seconds):
                return pipe.recv_bytes()
        except (EOFError, OSError):
            raise Lost(*self._end()) from None
        except BaseException:  # such as Ctrl-C: nobody is waiting for the answer any more
            self.close()
            raise
        self.close()
        raise Lost(f"has not been read after {PATIENCE + self.seconds:g} s", 0)

    def close(self) -> None:
        """End the child; the next call starts another."""
        if self.child:
            self.child.kill()
            self._end()

    __del__ = close

    def _start(self) -> Connection:
        self.pipe, other = Pipe()
        # in a group of its own: Ctrl-C is for the parent, and this one ends with its pipe
        command = [*self.command, str(other.fileno()), *self.words]
        self.child = subprocess.Popen(command, pass_fds=[other.fileno()], process_group=0)
        other.close()
        try:
            self.pipe.send_bytes(self.sample)
            self.pipe.recv_bytes()
        except (EOFError, OSError):
            raise RuntimeError(f"the process that guards {self.command[3]} does not start: {self._end()[0]}") from None
        return self.pipe

    def _end(self) -> tuple[str, int]:
        """Wait for the child to end; how it ended, in words and as a status."""
        assert self.child
        assert self.pipe
        self.pipe.close()
        status = self.child.wait()
        self.child = self.pipe = None
        if status == -signal.SIGPROF:
            return f"takes more than {self.seconds:g} s to read", status
        how = signal.Signals(-status).name if status < 0 else f"status {status}"
        return f"crashes its reader ({how})", status


def _address_space() -> int:
    """Bytes in use or reserved by this process; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _serve(function: Any, seconds: float, memory: int, pipe: Connection, words: list[str]) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe.send_bytes(function(pipe.recv_bytes(), *words))
    if in_use := _address_space():
        resource.setrlimit(resource.RLIMIT_AS, (in_use + memory, in_use + memory))
    with suppress(EOFError, ConnectionError):  # until the parent is gone
        while True:
            data = pipe.recv_bytes()
            signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal, not caught, also ends compiled code
            answer = function(data, *words)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send_bytes(answer)


if __name__ == "__main__":
    where, seconds, memory, descriptor, *words = sys.argv[1:]
    module, _, name = where.partition(":")
    called = getattr(importlib.import_module(module), name)
    _serve(called, float(seconds), int(memory), Connection(int(descriptor)), words)
