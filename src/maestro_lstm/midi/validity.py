"""The events of a MIDI file, checked one by one against the standard (Standard MIDI Files 1.0).

A reader in compiled code may trust a pitch to be below 128 and write outside its arrays where it is not: symusic 0.5.9
did, and crashed or went on with damaged memory. 0.6.0 does not crash, but still plays what follows an F7.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry


@entry
def first_fault(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> Any:  # pragma: no cover (compiled)
    """The position of the first invalid event; -1 if all are valid.

    Args:
        data: (B,) the file.
        starts, ends: of each track's events.
    """
    for track in range(len(starts)):
        at, end, running = starts[track], ends[track], 0
        while at < end:
            for part in range(5):  # a delta time: seven bits per byte, four bytes at most, the last below 128
                if at >= end or part == 4:
                    return at
                at += 1
                if data[at - 1] < 128:
                    break
            if at >= end:
                return at
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
                for _ in range(1 if status & 0xE0 == 0xC0 else 2):  # program and pressure have one data byte
                    if at >= end or data[at] >= 128:
                        return at
                    at += 1
                continue
            if status == 0xF0:
                running = 0
            else:
                if at < end and data[at] == 0x2F:
                    break  # end of track
                at += 1
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
    return -1
