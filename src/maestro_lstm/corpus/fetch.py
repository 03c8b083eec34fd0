"""Download a file: resume, retry, and check what came."""

import errno
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import fsspec
import requests

from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import sha256_of
from maestro_lstm.plumbing.progress import byte_progress

BLOCK = 1 << 16  # bytes read at a time, and the most a broken connection loses
TIMEOUT = 30.0  # seconds without a byte, after which a connection has stalled
TRIES = 6  # in a row without a new byte, with 1, 2, 4, 8, 16 s between them
# this machine's own trouble, such as a full disk: waiting does not help
LOCAL = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EISDIR, errno.ENOTDIR}
OTHERWISE = "run again, or name a mirror in MAESTRO_MIRROR"
FINAL = frozenset(range(400, 500)) - {408, 425, 429}  # answers that a retry will not change


def fetch(
    url: str,
    target: Path,
    size: int | None = None,
    sha256: str | None = None,
    limit: int | None = None,
    timeout: float = TIMEOUT,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Download to `target`, which appears only once it is complete and checked.

    Args:
        url: http(s):// or whatever fsspec opens, such as gs://bucket/name.
        size: bytes expected; not checked if not given.
        sha256: hex digest expected; not checked if not given.
        limit: bytes at most; `size` if not given.

    Raises: UserError, with the way out, if the address does not answer, refuses, or sends something else.
    """
    limit = size if limit is None else limit
    partial = target.with_name(target.name + ".part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    failures = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        try:
            total = _receive(url, partial, before, timeout, limit)
            got = partial.stat().st_size
            if total is not None and got < total:
                raise ConnectionError(f"the connection ended after {got:,} of {total:,} bytes")
            break
        except UserError:
            raise
        except requests.HTTPError as error:
            status = error.response.status_code
            if status in FINAL:
                raise UserError(
                    f"{url}: the server says {status} {error.response.reason}; is the address right?"
                ) from None
            reason = f"{status} {error.response.reason}"
        except FileNotFoundError:
            raise UserError(f"{url}: there is no such object; is the address right?") from None
        except (ValueError, ImportError) as error:  # requests' own for a bad address are among them
            raise UserError(f"{url}: not an address that can be opened ({error})") from None
        except (requests.RequestException, OSError) as error:
            if error.errno in LOCAL:
                raise
            reason = str(error)
        except Exception as error:  # a storage library's own, such as gcsfs's HttpError: credentials, most often
            raise UserError(f"{url}: {' '.join(str(error).split())}; does your account have access?") from None
        grew = partial.exists() and partial.stat().st_size > before
        failures = 1 if grew else failures + 1
        if failures == TRIES:
            raise UserError(
                f"{url}: no answer ({reason}); is there a network? The partial download is kept: run again to resume"
            )
        wait = 2.0 ** (failures - 1)
        print(f"{url}: {reason}; trying again in {wait:g} s", flush=True)
        sleep(wait)
    _check(partial, url, size, sha256)
    partial.replace(target)


def _check(partial: Path, url: str, size: int | None, sha256: str | None) -> None:
    got = partial.stat().st_size
    problem = None
    if size is not None and got != size:
        problem = f"has {got:,} bytes, not {size:,}"
    elif sha256 is not None and (digest := sha256_of(partial)) != sha256:
        problem = f"has sha256 {digest}, not {sha256}"
    if problem:
        partial.unlink()
        raise UserError(f"{url}: the download {problem}; it was deleted: {OTHERWISE}")


def _receive(url: str, partial: Path, offset: int, timeout: float, limit: int | None) -> int | None:
    """Append to `partial` from `offset` on (or from 0 where the server cannot). Returns the whole size, if told.

    Raises: UserError as soon as more has come than the limit, in bytes; what came is then deleted.
    """
    with _open(url, offset, timeout) as (start, total, blocks):
        bar = byte_progress(partial.stem, total, start)
        with bar, partial.open("r+b" if start else "wb") as file:
            file.seek(start)
            file.truncate()
            for block in blocks:
                if limit is not None and file.tell() + len(block) > limit:
                    partial.unlink()
                    raise UserError(f"{url}: sends more than {limit:,} bytes; it was deleted: {OTHERWISE}")
                file.write(block)
                bar.update(len(block))
        return total


@contextmanager
def _open(url: str, offset: int, timeout: float) -> Iterator[tuple[int, int | None, Iterator[bytes]]]:
    """Start of what comes, the whole size if told, and the bytes in blocks."""
    if not url.startswith(("http://", "https://")):
        filesystem, path = fsspec.url_to_fs(url)
        total = filesystem.size(path)
        with filesystem.open(path, "rb") as remote:
            remote.seek(offset)
            yield offset, total, iter(lambda: remote.read(BLOCK), b"")
        return
    # identity: a size and an offset are of the file's own bytes, not of a compressed form
    headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={offset}-"} if offset else {})}
    with requests.get(url, headers=headers, stream=True, timeout=timeout) as answer:
        if answer.status_code == 416:  # nothing after the offset: the file is whole, or longer than it should be
            yield offset, offset, iter(())
            return
        answer.raise_for_status()
        start = offset if answer.status_code == 206 else 0
        length = answer.headers.get("Content-Length")
        yield start, None if length is None else start + int(length), answer.iter_content(BLOCK)
