"""Does any file break the parse? `python -m tools.checks.fuzz 100000 data/corpus`.

Takes MIDI files of a folder, changes their bytes at random, and reads each as the parse stage does. A mutant is named
by its number: the same number and files give the same mutant. `python -m tools.checks.fuzz =NUMBER FOLDER` reads one
again. Fails where a mutant is lost (it crashed its process, or took too long) or what is read of it
makes no sense.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from maestro_lstm.corpus.folder import ENDINGS
from maestro_lstm.midi.notes import IntArray
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.tokens.chord_streams import guarded_stream_of
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH

SEEDS = 50  # files that mutants are made of, the smallest of the folder
BATCH = 250  # mutants a job
EDGES = (0x00, 0x01, 0x7F, 0x80, 0x90, 0xF0, 0xF7, 0xFE, 0xFF)  # bytes that mean something in MIDI
Change = Callable[[bytearray, random.Random], None]


def flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, rng: random.Random) -> None:
    at, length = rng.randrange(len(data)), rng.choice((1, 2, 4, 16))
    data[at : at + length] = bytes(rng.choice(EDGES) for _ in range(length))


def insert(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data) + 1)
    data[at:at] = rng.randbytes(rng.choice((1, 3, 50)))


def delete(data: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(data))
    del data[at : at + rng.choice((1, 4, 100))]


def repeat(data: bytearray, rng: random.Random) -> None:
    """A stretch said many times: thousands of events at one place."""
    at, length = rng.randrange(len(data)), rng.randrange(1, 200)
    data[at:at] = data[at : at + length] * rng.choice((2, 30, 300))


def cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def lie(data: bytearray, rng: random.Random) -> None:
    """A field of the header or a chunk's length that is not what it was."""
    fields = [4, 8, 10, 12, *(found.start() + 4 for found in re.finditer(b"MTrk", data))]
    at = rng.choice(fields)
    data[at : at + 2] = rng.choice((b"\0\0", b"\0\1", b"\x7f\xff", b"\xff\xff", rng.randbytes(2)))


def wait(data: bytearray, rng: random.Random) -> None:
    """A delta time as long as can be said, or longer."""
    at = rng.randrange(len(data))
    data[at:at] = rng.choice((b"\xff\xff\xff\x7f", b"\xff\xff\xff\xff\x7f", b"\xff" * 20))


CHANGES: tuple[Change, ...] = (flip, overwrite, insert, delete, repeat, cut, lie, wait)


def mend(data: bytearray) -> None:
    """Give every track its true length, so that what stands in it is read and not refused at the door."""
    starts = [found.start() for found in re.finditer(b"MTrk", data)]
    for start, end in pairwise([*starts, len(data)]):
        data[start + 4 : start + 8] = max(0, end - start - 8).to_bytes(4, "big")


def mutant(files: Sequence[bytes], number: int) -> bytes:
    """A file changed at random, up to eight times; three in four of them are made to look whole again."""
    rng = random.Random(number)
    data = bytearray(rng.choice(files))
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        if data:
            rng.choice(CHANGES)(data, rng)
    if rng.random() < 0.75:
        mend(data)
    return bytes(data)


def fault(stream: IntArray) -> str:
    """What is wrong with a chord stream; nothing if it is one."""
    pitches = stream[stream != NEXT_MARK]
    if not len(stream) or stream[-1] != NEXT_MARK or stream[0] == NEXT_MARK:
        return "does not begin with a pitch and end with a mark"
    if ((stream[1:] == NEXT_MARK) & (stream[:-1] == NEXT_MARK)).any():
        return "an empty chord"
    if pitches.min() < LOWEST_PITCH or pitches.max() > HIGHEST_PITCH:
        return "a pitch that no piano has"
    return ""


def read(files: Sequence[bytes], number: int) -> tuple[str, bool]:
    """What became of a mutant, in words without numbers, and whether it is a fault."""
    try:
        stream = guarded_stream_of(mutant(files, number), "", "fast", "paper" if number % 2 else "clean")
    except BadMidi as error:
        told = str(error).removeprefix(": ")
        return re.sub(r"\d+", "N", told), told.startswith(("takes more than", "crashes its reader"))
    wrong = fault(stream)
    return wrong or "read", bool(wrong)


def read_some(files: Sequence[bytes], numbers: Iterable[int]) -> list[tuple[int, str, bool]]:
    return [(number, *read(files, number)) for number in numbers]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", nargs="?", default="100000", help="how many files, or =NUMBER for one of them")
    words.add_argument("folder", nargs="?", type=Path, default=Path("data/corpus"), help="of the files to alter")
    given = words.parse_args()
    what, folder = given.what, given.folder
    found = [path for path in Path(folder).rglob("*") if path.suffix.lower() in ENDINGS]
    found.sort(key=lambda path: (path.stat().st_size, path))
    files = [path.read_bytes() for path in found[:SEEDS]]
    if not files:
        sys.exit(f"error: no MIDI file in {folder}")
    numbers = range(int(what[1:]), int(what[1:]) + 1) if what.startswith("=") else range(int(what))
    began, ends, faults = time.monotonic(), Counter[str](), []
    jobs = [(files, numbers[at : at + BATCH]) for at in range(0, len(numbers), BATCH)]
    for done in progress(parallel_map(read_some, jobs, threads=True, stay_here=True), "fuzz", len(jobs), f"{BATCH}"):
        for number, end, is_fault in done:
            ends[end] += 1
            if is_fault:
                faults.append(f"{number}: {end}")
    print(f"{len(numbers):,} mutants of {len(files)} files in {time.monotonic() - began:.0f} s")
    for end, times in ends.most_common():
        print(f"{times:8,} {end[:100]}")
    if faults:
        sys.exit("error: these broke something:\n" + "\n".join(sorted(faults)))


if __name__ == "__main__":
    main()
