"""MIDI files made in the test: the bytes are written here, so that no library's writer stands between."""

import random
from collections.abc import Iterable, Sequence

Note = tuple[int, int, int]  # onset and release in ticks from the start, MIDI pitch


def variable_length(value: int) -> bytes:
    """A MIDI delta time: seven bits a byte, the high bit set on all but the last."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def track(notes: Iterable[Note], channel: int = 0) -> bytes:
    """A track chunk. At one tick, notes end before others begin, as a recording has it."""
    events = [(on, 1, bytes([0x90 | channel, pitch, 64])) for on, _, pitch in notes]
    events += [(off, 0, bytes([0x80 | channel, pitch, 0])) for _, off, pitch in notes]
    events.sort(key=lambda event: event[:2])
    data, now = bytearray(), 0
    for tick, _, message in events:
        data += variable_length(tick - now) + message
        now = tick
    data += b"\x00\xff\x2f\x00"
    return b"MTrk" + len(data).to_bytes(4, "big") + bytes(data)


def midi_file(tracks: Sequence[bytes], ticks_per_quarter: int = 384) -> bytes:
    """A whole file of format 1."""
    header = (6).to_bytes(4, "big") + (1).to_bytes(2, "big") + len(tracks).to_bytes(2, "big")
    return b"MThd" + header + ticks_per_quarter.to_bytes(2, "big") + b"".join(tracks)


def dense_notes(seed: int, count: int, ticks_per_quarter: int) -> list[Note]:
    """Random notes so close that chords, near misses of the window and repeats all occur.

    No key is struck again while it is down.
    """
    rng = random.Random(seed)
    free_from = dict.fromkeys(range(21, 109), 0)
    window = max(1, ticks_per_quarter // 16)
    notes: list[Note] = []
    now = 0
    while len(notes) < count:
        now += rng.choice([0, 0, 1, window // 2, window - 1, window, window + 1, 2 * window, ticks_per_quarter])
        pitch = rng.choice([p for p, tick in free_from.items() if tick <= now])
        release = now + max(1, rng.choice([1, 2, 3, 4, 8]) * window + rng.randint(-window // 2, window // 2))
        notes.append((now, release, pitch))
        free_from[pitch] = release + 1
    return notes
