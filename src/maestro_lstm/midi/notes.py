"""MIDI file to notes: onset, release and pitch in ticks, as arrays.

Read with symusic (0.7 ms for a MAESTRO file). Notes of all tracks except drums are in one list, in the order of the
file and then stably by onset, which is the order in which music21 meets them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import symusic

from maestro_lstm.midi.clock import Clock
from maestro_lstm.midi.validity import EVENTS, NOTES, TICKS, first_fault
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.plumbing.files import MAX_FILE

IntArray = npt.NDArray[np.int64]

# What a stranger's file may hold; the page's smf.js has the same bounds. MAESTRO's largest: 0.4 MB, 124,000 events,
# 25,000 notes, less than an hour.
MAX_EVENTS, MAX_NOTES = 2_000_000, 200_000
MAX_TICKS = (1 << 31) - 1  # symusic counts them in 32 bits
MAX_SECONDS = 86_400  # a day


@dataclass(frozen=True)
class Notes:
    """The notes of one piece, sorted stably by onset; three arrays of one length, times in ticks from the start."""

    onset: IntArray  # (N,)
    release: IntArray  # (N,) end of the note
    pitch: IntArray  # (N,) MIDI number, 0–127
    ticks_per_quarter: int
    drums: int = 0  # how many drum notes were left out
    controllers: frozenset[int] = frozenset()  # the numbers of those that the file uses, which are left out

    def __len__(self) -> int:
        return len(self.onset)


def read_bytes(path: Path, name: str = "") -> bytes:
    """A file's content; errors call it `name`, or its path if not given. Raises BadMidi."""
    if path.exists() and not path.is_file():  # a pipe would be waited for
        raise BadMidi(f"{name or path}: is not a file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise BadMidi(f"{name or path}: cannot be read ({error.strerror})") from error
    if len(data) > MAX_FILE:
        raise BadMidi(f"{name or path}: has more than {MAX_FILE >> 20} MB")
    return data


def notes_from_bytes(data: bytes, name: str = "MIDI data") -> Notes:
    """The notes of a MIDI file; errors call it `name`. Raises BadMidi as `symusic_score` does."""
    score, tracks = symusic_score(data, name)
    arrays = [track.notes.numpy() for track in tracks if len(track.notes)]
    onset = np.concatenate([a["time"] for a in arrays]).astype(np.int64)
    duration = np.concatenate([a["duration"] for a in arrays]).astype(np.int64)
    pitch = np.concatenate([a["pitch"] for a in arrays]).astype(np.int64)
    order = np.argsort(onset, kind="stable")
    drums = sum(len(track.notes) for track in score.tracks if track.is_drum)
    controllers = {int(number) for track in score.tracks for number in np.unique(track.controls.numpy()["number"])}
    return Notes(
        onset[order], (onset + duration)[order], pitch[order], score.ticks_per_quarter, drums, frozenset(controllers)
    )


def symusic_score(data: bytes, name: str) -> tuple[Any, list[Any]]:
    """A MIDI file as symusic reads it, and its tracks except drums, of which one at least has notes.

    Raises:
        BadMidi: the file is empty, cut short, not MIDI, in SMPTE time, without notes, or larger or longer than a
            stranger's may be; the message says which.
    """
    last = check_file(data, name)
    try:
        score: Any = symusic.Score.from_midi(data)
    except MemoryError:
        raise
    except Exception as error:  # symusic raises several kinds; each means that the bytes are not valid MIDI
        raise BadMidi(f"{name}: damaged ({error})") from error
    tracks = [track for track in score.tracks if not track.is_drum]
    if not any(len(track.notes) for track in tracks):
        drums = any(len(track.notes) for track in score.tracks)
        raise BadMidi(f"{name}: holds no notes" + (" but drums'" if drums else ""))
    if Clock(score)(np.array([last]))[0] > MAX_SECONDS:
        raise BadMidi(f"{name}: lasts more than a day")
    return score, tracks


def check_file(data: bytes, name: str) -> int:
    """Refuse a file whose header, chunks or events are incomplete or invalid, or of which there are too many: symusic
    takes the rest of a truncated file for the whole.

    Returns: the tick of its last event. Raises BadMidi.
    """
    if not data:
        raise BadMidi(f"{name}: is empty")
    if data[:4] != b"MThd":
        raise BadMidi(f"{name}: is not a MIDI file (it does not start with MThd)")
    if len(data) < 14:
        raise BadMidi(f"{name}: is cut short in its header")
    division = int.from_bytes(data[12:14], "big")
    if division == 0 or division > 0x7FFF:
        raise BadMidi(
            f"{name}: has a time division of {division}; only 1 to 32767 ticks per quarter note are supported"
        )
    starts: list[int] = []
    ends: list[int] = []
    at = 8 + int.from_bytes(data[4:8], "big")
    while len(starts) < int.from_bytes(data[10:12], "big"):
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "big")
        if at + 8 > len(data) or end > len(data):
            raise BadMidi(f"{name}: is cut short in track {len(starts) + 1}")
        if data[at : at + 4] == b"MTrk":  # other chunks may come between
            starts.append(at + 8)
            ends.append(end)
        at = end
    counts = np.empty(3, np.int64)
    fault = first_fault(np.frombuffer(data, np.uint8), np.array(starts, np.int64), np.array(ends, np.int64), counts)
    if fault >= 0:
        raise BadMidi(f"{name}: is damaged (byte {fault:,} belongs to no event)")
    for found, most, what in ((EVENTS, MAX_EVENTS, "events"), (NOTES, MAX_NOTES, "notes"), (TICKS, MAX_TICKS, "ticks")):
        if counts[found] > most:
            raise BadMidi(f"{name}: has more than {most:,} {what}")
    return int(counts[TICKS])
