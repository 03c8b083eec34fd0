"""Guarded calls: what crashes, hangs or wants too much costs itself and nothing else."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator

import pytest

from maestro_lstm.midi.guard import Guard, Lost

MB = 1 << 20


def act(data: bytes, *words: str) -> bytes:
    """What the guarded process does here: as it is told."""
    if data == b"crash":
        ctypes.string_at(0)  # a null pointer, followed in compiled code
    if data == b"abort":
        os.abort()
    if data == b"leave":
        os._exit(3)
    if data == b"hang":
        while True:
            pass
    if data == b"block":
        time.sleep(60)
    if data == b"wait":
        time.sleep(1.5)  # on a busy machine; no processor time
    if data.startswith(b"memory"):
        try:
            return b"%d" % len(bytes(int(data.split()[1]) * MB))
        except MemoryError:
            return b"too much"
    return data[::-1] + "".join(words).encode()


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard("tests.data.test_guard:act", "a", "b", sample=b"", seconds=1, memory=200 * MB)
    yield guard
    guard.close()


def test_a_call_gives_what_the_function_gives(guard: Guard) -> None:
    assert [guard(b"12"), guard(b""), guard(bytes(3 * MB))] == [b"21ab", b"ab", bytes(3 * MB) + b"ab"]


def test_a_call_that_blocks_without_using_the_processor_is_ended(guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maestro_lstm.midi.guard.PATIENCE", -0.5)
    assert guard(b"1") == b"1ab"
    with pytest.raises(Lost, match=r"has not been read after 0\.5 s") as lost:
        guard(b"block")
    assert not lost.value.from_outside  # the file is to blame
    assert guard(b"2") == b"2ab"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"crash", r"crashes its reader \(SIGSEGV\)"),
        (b"abort", r"crashes its reader \(SIGABRT\)"),
        (b"leave", r"crashes its reader \(status 3\)"),
        (b"hang", "takes more than 1 s to read"),
    ],
)
def test_a_call_that_does_not_come_back_is_told_and_the_next_one_does(guard: Guard, data: bytes, words: str) -> None:
    assert guard(b"1") == b"1ab"
    with pytest.raises(Lost, match=words):
        guard(data)
    assert guard(b"12") == b"21ab"


def test_a_wait_is_no_hang(guard: Guard) -> None:
    assert guard(b"wait") == b"tiawab"


def test_memory_is_limited(guard: Guard) -> None:
    assert [guard(b"memory 100"), guard(b"memory 400"), guard(b"memory 100")] == [
        b"%d" % (100 * MB),
        b"too much",
        b"%d" % (100 * MB),
    ]


def test_the_process_ends_with_its_guard() -> None:
    guard = Guard("tests.data.test_guard:act", sample=b"", seconds=1, memory=MB)
    guard(b"")
    assert guard.child
    process = guard.child.pid
    del guard
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_a_process_that_is_killed_from_outside_is_replaced(guard: Guard) -> None:
    guard(b"")
    assert guard.child
    os.kill(guard.child.pid, signal.SIGKILL)
    with pytest.raises(Lost, match="SIGKILL"):
        guard(b"1")
    assert guard(b"1") == b"1ab"


def test_a_function_that_is_not_there_is_an_error_and_no_loss() -> None:
    with pytest.raises(RuntimeError, match="does not start"):
        Guard("tests.data.test_guard:nothing", sample=b"", seconds=1, memory=MB)(b"")
