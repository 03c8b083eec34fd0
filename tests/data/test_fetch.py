"""Downloads from a server on this machine that stalls, breaks off and lies."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec
import pytest

from maestro_lstm.corpus.fetch import TRIES, fetch
from maestro_lstm.plumbing.errors import UserError

DATA = bytes(range(256)) * 8000  # 2 MB, two blocks
SHA256 = hashlib.sha256(DATA).hexdigest()


@dataclass
class Server:
    """What the server does with each request, in turn; the last goes on for ever."""

    url: str = ""
    plan: list[str] = field(default_factory=lambda: ["send"])
    offsets: list[int] = field(default_factory=list)  # from which byte on each request asked

    def step(self) -> str:
        return self.plan.pop(0) if len(self.plan) > 1 else self.plan[0]


@pytest.fixture
def server() -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
            told.offsets.append(start)
            step = told.step()
            if step.isdigit():
                self.send_error(int(step))
                return
            if step == "no ranges":
                start = 0
            if start >= len(DATA):
                self.send_error(416)
                return
            body = DATA[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if step == "ends early":
                self.wfile.write(body[: len(body) // 2])
            elif step == "stalls":
                self.wfile.write(body[: len(body) // 2])
                self.wfile.flush()
                time.sleep(1.5)
            elif step == "lies":
                self.wfile.write(bytes(len(body)))
            else:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:  # a client that hangs up is part of the tests
            pass

    http = Quiet(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    told.url = f"http://127.0.0.1:{http.server_port}/archive.zip"
    yield told
    http.shutdown()
    http.server_close()


def no_sleep(_: float) -> None:
    pass


def test_a_file_comes_whole(server: Server, tmp_path: Path) -> None:
    fetch(server.url, tmp_path / "new" / "a.zip", len(DATA), SHA256)
    assert (tmp_path / "new" / "a.zip").read_bytes() == DATA


@pytest.mark.parametrize("trouble", ["ends early", "stalls"])
def test_a_connection_that_breaks_is_taken_up_where_it_stopped(server: Server, tmp_path: Path, trouble: str) -> None:
    server.plan = [trouble, "send"]
    fetch(server.url, tmp_path / "a.zip", len(DATA), SHA256, timeout=0.3, sleep=no_sleep)
    assert (tmp_path / "a.zip").read_bytes() == DATA
    assert server.offsets[0] == 0
    assert 0 < server.offsets[1] <= len(DATA) // 2


def test_a_later_run_goes_on_from_what_is_there(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.zip.part").write_bytes(DATA[:1000])
    fetch(server.url, tmp_path / "a.zip", len(DATA), SHA256)
    assert server.offsets == [1000]
    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_a_part_that_is_whole_already_is_taken(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.zip.part").write_bytes(DATA)
    fetch(server.url, tmp_path / "a.zip", len(DATA), SHA256)
    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_a_server_without_ranges_sends_all_again(server: Server, tmp_path: Path) -> None:
    server.plan = ["ends early", "no ranges"]
    fetch(server.url, tmp_path / "a.zip", len(DATA), SHA256, sleep=no_sleep)
    assert (tmp_path / "a.zip").read_bytes() == DATA


def test_a_busy_server_is_asked_again_after_longer_and_longer_waits(server: Server, tmp_path: Path) -> None:
    server.plan = ["503", "503", "429", "send"]
    waits: list[float] = []
    fetch(server.url, tmp_path / "a.zip", sleep=waits.append)
    assert waits == [1, 2, 4]


def test_a_wrong_address_is_final(server: Server, tmp_path: Path) -> None:
    server.plan = ["404"]
    with pytest.raises(UserError, match=r"the server says 404 .*is the address right"):
        fetch(server.url, tmp_path / "a.zip", sleep=no_sleep)
    assert server.offsets == [0]


def test_no_network_says_so_and_keeps_what_came(server: Server, tmp_path: Path) -> None:
    server.plan = ["ends early", "503"]
    waits: list[float] = []
    with pytest.raises(UserError, match=r"no answer .*is there a network\? The partial download is kept"):
        fetch(server.url, tmp_path / "a.zip", sleep=waits.append)
    assert waits == [1, 2, 4, 8, 16]  # the try that brought something counts as the first failure
    assert len(server.offsets) == TRIES
    assert (tmp_path / "a.zip.part").stat().st_size > 0
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.parametrize(("size", "sha256"), [(len(DATA), "0" * 64), (len(DATA) + 1, None), (7, SHA256)])
def test_what_is_not_expected_is_deleted_and_nothing_old_is_lost(
    server: Server, tmp_path: Path, size: int, sha256: str | None
) -> None:
    (tmp_path / "a.zip").write_bytes(b"old")
    with pytest.raises(UserError, match="it was deleted: run again, or name a mirror"):
        fetch(server.url, tmp_path / "a.zip", size, sha256, sleep=no_sleep)
    assert (tmp_path / "a.zip").read_bytes() == b"old"
    assert not (tmp_path / "a.zip.part").exists()


def test_bytes_that_lie_are_noticed_by_their_hash(server: Server, tmp_path: Path) -> None:
    server.plan = ["lies"]
    with pytest.raises(UserError, match="has sha256"):
        fetch(server.url, tmp_path / "a.zip", len(DATA), SHA256)


@pytest.mark.parametrize("known", [True, False])
def test_more_than_expected_is_not_stored(server: Server, tmp_path: Path, known: bool) -> None:
    how: dict[str, int] = {"size": len(DATA) // 3} if known else {"limit": len(DATA) // 3}
    with pytest.raises(UserError, match=r"sends more than .* bytes; it was deleted"):
        fetch(server.url, tmp_path / "a.zip", sleep=no_sleep, **how)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", ["nothing://x/y.zip", "http://", "s3://bucket/x.zip"])
def test_an_address_that_cannot_be_opened_is_final(tmp_path: Path, url: str) -> None:
    waits: list[float] = []
    with pytest.raises(UserError, match="not an address that can be opened"):
        fetch(url, tmp_path / "a.zip", sleep=waits.append)
    assert waits == []


def test_trouble_on_this_machine_is_not_taken_for_the_networks(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.zip.part").mkdir()
    with pytest.raises(IsADirectoryError):
        fetch(server.url, tmp_path / "a.zip", sleep=no_sleep)
    assert len(server.offsets) <= 1


def test_a_storage_librarys_broken_connection_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(111, "Cannot connect to host")  # what aiohttp raises under gcsfs is an OSError of its own

    monkeypatch.setattr(fsspec, "url_to_fs", refused)
    waits: list[float] = []
    with pytest.raises(UserError, match=r"no answer .*Cannot connect to host.*is there a network"):
        fetch("gs://bucket/archive.zip", tmp_path / "a.zip", sleep=waits.append)
    assert waits == [1, 2, 4, 8, 16]


def test_a_storage_librarys_refusal_is_told_in_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise Exception("Anonymous caller does not have\nstorage.objects.get access, 401")

    monkeypatch.setattr(fsspec, "url_to_fs", denied)
    with pytest.raises(UserError, match=r"caller does not have storage\.objects\.get access, 401; does your account"):
        fetch("gs://bucket/archive.zip", tmp_path / "a.zip", sleep=no_sleep)


def test_other_addresses_go_through_fsspec_and_resume_too(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe("/bucket/archive.zip", DATA)
    (tmp_path / "a.zip.part").write_bytes(DATA[:5])
    fetch("memory://bucket/archive.zip", tmp_path / "a.zip", len(DATA), SHA256)
    assert (tmp_path / "a.zip").read_bytes() == DATA
    with pytest.raises(UserError, match="no such object"):
        fetch("memory://bucket/none.zip", tmp_path / "b.zip", sleep=no_sleep)
