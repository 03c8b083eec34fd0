"""The events of a MIDI file, checked one by one against the standard (Standard MIDI Files 1.0).

A reader in compiled code may trust a pitch to be below 128 and write outside its arrays where it is not: symusic 0.5.9
did, and crashed or went on with damaged memory. 0.6.0 does not crash, but still plays what follows an F7.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry

END_OF_TRACK, TEMPO = 0x2F, 0x51  # kinds of meta events
EVENTS, NOTES, TICKS = range(3)  # what is counted


@entry
def first_fault(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
) -> Any:  # pragma: no cover (compiled)
    """The position of the first invalid event; -1 if all are valid.

    Args:
        data: (B,) the file.
        starts, ends: of each track's events.
        counts: (3,) is filled with the number of events, of notes that begin, and the ticks of the longest track.
    """
    counts[:] = 0
    for track in range(len(starts)):
        at, end, running, ticks = starts[track], ends[track], 0, 0
        while at < end:
            delta = 0
            for part in range(5):  # a delta time: seven bits per byte, four bytes at most, the last below 128
                if at >= end or part == 4:
                    return at
                delta = delta << 7 | data[at] & 127
                at += 1
                if data[at - 1] < 128:
                    break
            if at >= end:
                return at
            ticks += delta
            counts[TICKS] = max(counts[TICKS], ticks)
            counts[EVENTS] += 1
            status = (
                running  # kept after a meta event, too: not by the standard, but files are written and read like that
            )
            if data[at] >= 128:
                status = data[at]
                at += 1
            if status < 128 or (status > 0xF0 and status != 0xFF):
                # running status without a status, or a message that no file holds; 0xF7, a continued system exclusive
                # message, is in the standard, in hardly any file, and symusic reads it differently
                return at
            if status < 0xF0:
                running = status
                if status & 0xF0 == 0x90 and at + 1 < end and data[at + 1] > 0:
                    counts[NOTES] += 1
                for _ in range(1 if status & 0xE0 == 0xC0 else 2):  # program and pressure have one data byte
                    if at >= end or data[at] >= 128:
                        return at
                    at += 1
                continue
            kind = 0
            if status == 0xF0:
                running = 0
            elif at < end:
                kind = data[at]
                at += 1
                if kind == TEMPO and at < end and data[at] != 3:  # symusic looks at three bytes in any case
                    return at
            length = 0
            for part in range(5):
                if at >= end or part == 4:
                    return at
                length = length << 7 | data[at] & 127
                at += 1
                if data[at - 1] < 128:
                    break
            if length > end - at:
                return at
            at += length
            if kind == END_OF_TRACK:
                break
    return -1
