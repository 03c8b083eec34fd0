"""Does any file break a reader? `make fuzz`, or `python -m tools.checks.fuzz 100000 data/corpus`.

Takes MIDI files of a folder, changes their bytes at random, and reads each as the stages, the command and the page do:
as symbols, as a performance with the pedal either way, as a primer, and by the page's own reader. A mutant is named by
its number: the same number and files give the same mutant. `python -m tools.checks.fuzz =NUMBER FOLDER` reads one
again. Fails where a mutant is lost (it crashed its process, or took too long), where what is read of it makes no sense,
or where the page does not read, or refuse, what Python does.
"""

import argparse
import random
import re
import resource
import select
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar, get_args

import numpy as np
import numpy.typing as npt

from maestro_lstm.corpus.folder import midi_files
from maestro_lstm.generation.primers import MOST, MOST_SECONDS, notes_in
from maestro_lstm.midi.guarded import close_guards
from maestro_lstm.midi.notes import MAX_SECONDS, IntArray
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.errors import BadMidi, UserError
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.tokens.chord_streams import guarded_stream_of
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.performance import PEDAL_DOWN, Performance
from maestro_lstm.tokens.reading import guarded_performance
from maestro_lstm.tokens.vocabulary import HIGHEST_PITCH, LOWEST_PITCH
from maestro_lstm.web.live_page import PAGE

SEEDS = 50  # files that mutants are made of, the smallest of the folder
BATCH = 250  # mutants a job
# bytes that mean something in MIDI, such as a note, drums, the pedal, a program, a tempo
EDGES = (0x00, 0x01, 0x2F, 0x3F, 0x40, 0x51, 0x7F, 0x80, 0x90, 0x91, 0x99, 0xB0, 0xC0, 0xF0, 0xF7, 0xFE, 0xFF)
MOST_SHOWN = 30
PATIENCE = 30  # seconds that the page may take for a mutant
PEDALS: tuple[PedalRule, ...] = get_args(PedalRule)
LOST = ("takes more than", "crashes its reader", "has not been read")
PLAIN = re.compile("this (file|is not a MIDI file)")  # how the page says why it refuses a file
Read = TypeVar("Read")
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


def fault_of_stream(stream: IntArray) -> str:
    """What is wrong with a chord stream; nothing if it is one."""
    pitches = stream[stream != NEXT_MARK]
    if not len(stream) or stream[-1] != NEXT_MARK or stream[0] == NEXT_MARK:
        return "does not begin with a pitch and end with a mark"
    if ((stream[1:] == NEXT_MARK) & (stream[:-1] == NEXT_MARK)).any():
        return "an empty chord"
    if pitches.min() < LOWEST_PITCH or pitches.max() > HIGHEST_PITCH:
        return "a pitch that no piano has"
    return ""


def fault_of_performance(found: Performance) -> str:
    """What is wrong with a performance; nothing if it is one."""
    if not len(found) or not np.isfinite(found.release).all() or found.release.max() > MAX_SECONDS:
        return "does not end within a day"
    if (np.lexsort((found.pitch, found.onset)) != np.arange(len(found))).any() or (found.release < found.onset).any():
        return "out of order"
    if found.pitch.max() > PEDAL_DOWN or not found.is_note.any() or found.notes.velocity.min() < 1:
        return "a note that is none"
    return ""


class PageReader:
    """The page's reader, in a process of its own. Of a file: its notes, (N, 4), or the words by which it is refused."""

    def __init__(self) -> None:
        script = Path(__file__).parents[1] / "javascript" / "read_midi.cjs"
        command = ["node", str(script), str(PAGE / "smf.js")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, data: bytes) -> npt.NDArray[np.float64] | str:
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(len(data).to_bytes(4, "little") + data)
            self.process.stdin.flush()
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                return f"takes more than {PATIENCE} s"
            said = self.process.stdout.read(int.from_bytes(self.process.stdout.read(4), "little"))
        except BrokenPipeError:
            return "was lost by the mutant before"
        if said[:1] != b"+":
            return said[1:].decode()
        return np.frombuffer(said[1:], np.float64).reshape(-1, 4)

    def __del__(self) -> None:
        self.process.kill()
        self.process.communicate()


def disagreement(ours: Performance | str, theirs: npt.NDArray[np.float64] | str) -> str:
    """How the page reads a file otherwise than Python does; nothing if it does not."""
    if isinstance(ours, str) or isinstance(theirs, str):
        if isinstance(ours, str) and isinstance(theirs, str):
            return "" if PLAIN.match(theirs) else f"the page says: {theirs}"
        return f"Python says: {ours}, and the page reads it" if isinstance(ours, str) else f"the page says: {theirs}"
    columns = np.stack((ours.onset, ours.release, ours.pitch.astype(float), ours.velocity.astype(float)), axis=1)
    if columns.shape != theirs.shape:
        return f"the page reads {'more' if len(theirs) > len(columns) else 'fewer'} notes"
    alike = np.allclose(_sorted(columns), _sorted(theirs), rtol=1e-9, atol=1e-9)
    return "" if alike else "the page reads other notes"


def _sorted(notes: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Notes that begin together, by their other numbers; onsets are rounded, as the last digit may differ."""
    return notes[np.lexsort((notes[:, 3], np.round(notes[:, 1], 6), notes[:, 2], np.round(notes[:, 0], 6)))]


def fault_of_primer(found: Performance) -> str:
    """What is wrong with what a network goes on from; nothing if it is a primer, or if no piano has its notes."""
    try:
        steps = notes_in("", found, 0, MOST_SECONDS).steps
    except UserError:
        return ""
    return "a primer too long" if len(steps) > MOST or steps.onset[-1] > 100 * MOST_SECONDS else ""


def outcome(read: Callable[[], Read]) -> Read | str:
    """What is read, or why it is not, in words without numbers."""
    try:
        return read()
    except BadMidi as error:
        return re.sub(r"\d+", "N", str(error).removeprefix(": "))


def read(files: Sequence[bytes], number: int, page: PageReader) -> tuple[str, str]:
    """What became of a mutant, in words without numbers, and what is wrong with that."""
    data = mutant(files, number)
    symbols = outcome(lambda: guarded_stream_of(data, "", "fast", "paper" if number % 2 else "clean"))
    folded, kept = (outcome(partial(guarded_performance, data, "", pedal)) for pedal in PEDALS)
    faults = [disagreement(folded, page(data))]
    faults += [one for one in (symbols, folded, kept) if isinstance(one, str) and one.startswith(LOST)]
    faults += [fault_of_stream(symbols)] if not isinstance(symbols, str) else []
    for found in (folded, kept):
        if not isinstance(found, str):
            faults += [fault_of_performance(found), fault_of_primer(found)]
    return symbols if isinstance(symbols, str) else "read", "; ".join(dict.fromkeys(filter(None, faults)))


def read_some(files: Sequence[bytes], numbers: Iterable[int]) -> list[tuple[int, str, str]]:
    """Number, what became of it, and what is at fault, of each mutant."""
    page = PageReader()
    return [(number, *read(files, number, page)) for number in numbers]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("what", help="how many files, or =NUMBER for one of them")
    words.add_argument("folder", type=Path, help="of the files to alter")
    what, folder = vars(words.parse_args()).values()
    smallest = sorted(midi_files(folder), key=lambda path: (path.stat().st_size, path))[:SEEDS]
    files = [path.read_bytes() for path in smallest]
    numbers = range(int(what[1:]), int(what[1:]) + 1) if what.startswith("=") else range(int(what))
    began, ends, faults = time.monotonic(), Counter[str](), []
    jobs = [(files, numbers[at : at + BATCH]) for at in range(0, len(numbers), BATCH)]
    for done in progress(parallel_map(read_some, jobs, threads=True, stay_here=True), "fuzz", len(jobs), f"{BATCH}"):
        for number, end, fault in done:
            ends[end] += 1
            if fault:
                faults.append(f"{number}: {fault}")
    print(f"{len(numbers):,} mutants of {len(files)} files in {time.monotonic() - began:.0f} s")
    print("\n".join(f"{times:8,} {end[:100]}" for end, times in ends.most_common()))
    close_guards()
    print(f"peak memory of a reading process: {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")
    if faults:
        sys.exit("error: these broke something:\n" + "\n".join(sorted(faults)[:MOST_SHOWN]))


if __name__ == "__main__":
    main()
