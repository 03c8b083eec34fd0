"""Data on Google Cloud Storage: a server on this machine, real DVC commands in real clones.

Each command takes seconds, so that one story is told by several tests in their order.
"""

import hashlib
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import HTTPServer
from pathlib import Path

import pytest
import yaml
from gcp_storage_emulator.server import create_server

from tests.small_study import make_project

pytestmark = pytest.mark.slow

BUCKET = "bucket-of-the-test"
DATA = ("data/corpus", "data/symbols", "data/encoded", "data/vocab")


class Line:
    """A connection to the server that can be cut: bytes go through it until it is."""

    def __init__(self, to: int) -> None:
        self.to, self.is_up = to, True
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.bytes_up = 0
        self.cut_after: int | None = None  # bytes towards the server
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.to)) as server:
            other = {client: server, server: client}
            while self.is_up:
                for end in select.select(list(other), [], [], 0.05)[0]:
                    try:
                        data = end.recv(65536)
                        if not data:
                            return
                        self.bytes_up += len(data) if end is client else 0
                        if self.cut_after is not None and self.bytes_up > self.cut_after:
                            self.is_up = False
                            return
                        other[end].sendall(data)
                    except OSError:
                        return

    def close(self) -> None:
        self.is_up = False
        self.listener.close()


@dataclass
class Cloud:
    """The server, and how a command reaches it."""

    folder: Path
    port: int

    def environment(self, port: int | None = None) -> dict[str, str]:
        return {
            **{key: value for key, value in os.environ.items() if not key.startswith(("GOOGLE", "DVC"))},
            "STORAGE_EMULATOR_HOST": f"http://127.0.0.1:{port or self.port}",
            "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
            "NO_GCE_CHECK": "true",
            "HOME": str(self.folder),  # nobody's credentials
            "PYTHONPATH": f"{Path.cwd()}:{Path.cwd() / 'src'}",  # this code, which is compiled already
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "LOKY_MAX_CPU_COUNT": "1",
        }

    def run(self, clone: Path, *words: str, fails: bool = False) -> str:
        """Run a command in a clone; what it printed."""
        done = subprocess.run(
            words,
            cwd=clone,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert bool(done.returncode) == fails, done.stdout
        return done.stdout


def git(clone: Path, *words: str) -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "protocol.file.allow=always"]
    return subprocess.run(["git", *who, *words], cwd=clone, check=True, capture_output=True, text=True).stdout.strip()


def contents(clone: Path) -> dict[str, bytes]:
    files = (path for name in DATA for path in (clone / name).rglob("*") if path.is_file())
    return {str(path.relative_to(clone)): path.read_bytes() for path in files}


def forget(clone: Path) -> None:
    """All data of a clone, and DVC's copy of it."""
    for name in (".dvc/cache", *DATA):
        shutil.rmtree(clone / name, ignore_errors=True)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # DVC opens more connections at once than a queue of five holds, and the kernel repeats a lost one after a second
    HTTPServer.request_queue_size = 128
    server = create_server("127.0.0.1", port, in_memory=True, default_bucket=BUCKET)
    server.start()
    yield Cloud(tmp_path_factory.mktemp("cloud"), port)
    server.stop()


@pytest.fixture(scope="module")
def origin(cloud: Cloud, project: Path) -> Path:
    """A clone whose data is made up to the encoded splits, committed as a first version."""
    origin = cloud.folder / "origin"
    origin.mkdir()
    make_project(project, origin)
    shutil.copy(project / ".dvc" / "config", origin / ".dvc" / "config")
    (origin / ".dvc" / ".gitignore").write_text("/config.local\n/tmp\n/cache\n/storage\n")
    (origin / ".gitignore").write_text("/data/*\n/models/\n__pycache__/\n/runs/\n")
    git(origin, "init", "-q")
    cloud.run(origin, "dvc", "repro", "-q", "vocab")
    git(origin, "add", "-A")
    git(origin, "commit", "-qm", "first")
    return origin


@pytest.fixture(scope="module")
def first(cloud: Cloud, origin: Path) -> tuple[str, dict[str, bytes]]:
    """The first version, pushed: its commit and its data."""
    told = cloud.run(origin, sys.executable, "-m", "tools.bucket", f"gs://{BUCKET}/some/path/")
    assert f"dvc push and dvc pull now use gs://{BUCKET}/some/path" in told
    assert "YOUR-BUCKET" in (origin / ".dvc" / "config").read_text()
    assert BUCKET not in git(origin, "status", "--porcelain")  # nothing of it is git's
    assert re.search(r"\d+ files pushed", cloud.run(origin, "dvc", "push", *DATA))
    return git(origin, "rev-parse", "HEAD"), contents(origin)


@pytest.fixture(scope="module")
def clone(cloud: Cloud, origin: Path, first: object) -> Path:  # noqa: ARG001
    clone = cloud.folder / "clone"
    git(cloud.folder, "clone", "-q", str(origin), str(clone))
    shutil.copy(origin / ".dvc" / "config.local", clone / ".dvc" / "config.local")
    return clone


def test_what_one_clone_pushes_another_pulls(cloud: Cloud, clone: Path, first: tuple[str, dict[str, bytes]]) -> None:
    assert contents(clone) == {}
    cloud.run(clone, "dvc", "pull", *DATA)
    assert contents(clone) == first[1]


def test_a_second_version_is_pushed_and_both_are_fetched_by_their_commits(
    cloud: Cloud, clone: Path, origin: Path, first: tuple[str, dict[str, bytes]]
) -> None:
    params = yaml.safe_load((origin / "params.yaml").read_text())
    (origin / "params.yaml").write_text(yaml.safe_dump(params | {"parse": params["parse"] | {"rule": "clean"}}))
    cloud.run(origin, "dvc", "repro", "-q", "vocab")
    git(origin, "commit", "-qam", "second")
    cloud.run(origin, "dvc", "push", *DATA)
    second = contents(origin)
    assert second != first[1]

    git(clone, "pull", "-q")
    forget(clone)
    cloud.run(clone, "dvc", "pull", *DATA)
    assert contents(clone) == second
    git(clone, "checkout", "-q", first[0])
    cloud.run(clone, "dvc", "pull", *DATA)
    assert contents(clone) == first[1]


def test_an_object_that_was_altered_in_the_bucket_is_not_taken(
    cloud: Cloud, clone: Path, first: tuple[str, dict[str, bytes]]
) -> None:
    git(clone, "checkout", "-q", first[0])
    md5 = hashlib.md5(first[1]["data/vocab/sign2int.json"]).hexdigest()
    spoil = (
        "import gcsfs, sys; fs = gcsfs.GCSFileSystem(token='anon');"
        f"name = '{BUCKET}/some/path/files/md5/{md5[:2]}/{md5[2:]}';"
        "old = fs.cat(name); fs.pipe(name, b'altered'); sys.stdout.buffer.write(old)"
    )
    environment = cloud.environment()
    old = subprocess.run([sys.executable, "-c", spoil], env=environment, check=True, capture_output=True).stdout
    forget(clone)
    assert "failed to pull" in cloud.run(clone, "dvc", "pull", "data/vocab", fails=True)
    assert not (clone / "data" / "vocab" / "sign2int.json").exists()
    mend = spoil.replace("b'altered'", repr(old))
    subprocess.run([sys.executable, "-c", mend], env=environment, check=True, capture_output=True)
    cloud.run(clone, "dvc", "pull", "data/vocab")
    assert (clone / "data" / "vocab" / "sign2int.json").read_bytes() == first[1]["data/vocab/sign2int.json"]


def test_a_push_whose_network_drops_damages_nothing_and_the_next_completes(cloud: Cloud, origin: Path) -> None:
    """The line is cut in the middle of a file; DVC would try for minutes, so that it is then killed."""
    line = Line(cloud.port)
    line.cut_after = 20_000
    data = contents(origin)
    cloud.run(origin, "dvc", "remote", "modify", "--local", "gcs", "url", f"gs://{BUCKET}/dropped")
    push = subprocess.Popen(
        ["dvc", "push", *DATA],
        cwd=origin,
        env=cloud.environment(line.port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while line.is_up and push.poll() is None:
        threading.Event().wait(0.02)
    assert not line.is_up
    push.kill()
    push.wait()
    line.close()

    pushed = re.search(r"(\d+) files? pushed", cloud.run(origin, "dvc", "push", *DATA))
    assert pushed
    assert int(pushed[1]) > 0  # not all of it was there
    assert "in sync" in cloud.run(origin, "dvc", "status", "-c", *DATA)
    forget(origin)
    cloud.run(origin, "dvc", "pull", *DATA)
    assert contents(origin) == data


def test_without_an_account_the_folder_in_the_clone_serves(cloud: Cloud, origin: Path) -> None:
    data = contents(origin)
    (origin / ".dvc" / "config.local").unlink(missing_ok=True)
    assert re.search(r"\d+ files pushed", cloud.run(origin, "dvc", "push", *DATA))
    forget(origin)
    cloud.run(origin, "dvc", "pull", *DATA)
    assert contents(origin) == data
    assert git(origin, "status", "--porcelain") == ""


def test_a_mirror_in_a_bucket_is_downloaded_from(cloud: Cloud, origin: Path) -> None:
    """The download stage's own fetch, and `dvc import-url`, from gs://."""
    (origin / "archive.zip").write_bytes(bytes(range(256)) * 999)
    put = f"import gcsfs; gcsfs.GCSFileSystem(token='anon').put('archive.zip', '{BUCKET}/mirror/archive.zip')"
    cloud.run(origin, sys.executable, "-c", put)
    get = (
        "from pathlib import Path; from maestro_lstm.corpus.fetch import fetch;"
        f"fetch('gs://{BUCKET}/mirror/archive.zip', Path('fetched.zip'))"
    )
    cloud.run(origin, sys.executable, "-c", get)
    cloud.run(origin, "dvc", "import-url", "-q", f"gs://{BUCKET}/mirror/archive.zip", "imported.zip")
    for name in ("fetched.zip", "imported.zip"):
        assert (origin / name).read_bytes() == (origin / "archive.zip").read_bytes()


@pytest.mark.parametrize(
    ("url", "environment", "words"),
    [
        ("", {}, r"usage: python -m tools\.bucket gs://my-bucket/maestro-lstm"),
        ("gs://YOUR-BUCKET/x", {}, "usage: python"),
        (
            "gs://no-such-bucket/x",
            {},
            r"there is no bucket no-such-bucket: make it with `gcloud storage",
        ),
        (
            "gs://bucket/x",
            {"STORAGE_EMULATOR_HOST": ""},
            r"no credentials for Google Cloud .*application-default",
        ),
        ("gs://bucket/x", {"STORAGE_EMULATOR_HOST": "http://127.0.0.1:1"}, r"does not answer .*is there a network\?"),
        (
            "gs://bucket/x",
            {"STORAGE_EMULATOR_HOST": "", "GOOGLE_APPLICATION_CREDENTIALS": "/no/key.json"},
            r"no credentials for Google Cloud \(File /no/key\.json was not found",
        ),
    ],
)
def test_what_is_wrong_is_told_in_a_line_before_dvc_is_asked(
    cloud: Cloud, project: Path, url: str, environment: dict[str, str], words: str
) -> None:
    local = project / ".dvc" / "config.local"
    before = local.read_bytes() if local.exists() else None
    asked = subprocess.run(
        [sys.executable, "-m", "tools.bucket", *([url] if url else [])],
        cwd=project,
        env={**cloud.environment(), **environment},
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 1
    assert re.fullmatch(rf"error: .*{words}.*\n", asked.stderr)
    assert (local.read_bytes() if local.exists() else None) == before
