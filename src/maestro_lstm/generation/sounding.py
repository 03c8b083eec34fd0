"""What sounds while a network plays: `note_tokens.to_rows` computes the same for a whole piece."""

import numpy as np
import numpy.typing as npt

from maestro_lstm.performances.note_tokens import ENDS, KEYS, RELEASED, SOUNDS
from maestro_lstm.performances.times import CLASS_OF, LONGEST

Ints = npt.NDArray[np.int64]


class Sounding:
    """B pieces at their last onsets."""

    def __init__(self, pieces: int) -> None:
        self.now = np.zeros(pieces, np.int64)  # (B,) steps
        self.end_of_key = np.full((pieces, KEYS), -1, np.int64)  # when each key's last note ends
        self.ends = np.zeros((pieces, ENDS), np.int64)  # (B, K) steps until what sounds ends, the latest notes first

    def move(self, delta: Ints) -> Ints:
        """Go on by (B,) steps; what `Rows.left` says there, (B, 88)."""
        self.now += delta
        self.ends = np.maximum(self.ends - delta[:, None], 0)
        time = self.end_of_key - self.now[:, None]
        left = np.where(time > 0, SOUNDS + CLASS_OF[np.clip(time, 0, LONGEST)], np.where(time == 0, RELEASED, 0))
        return left.astype(np.int64)

    def strike(self, key: Ints, duration: Ints) -> None:
        """A row begins in each piece: (B,) keys, of which those beyond the piano's are the pedal's."""
        for b in np.flatnonzero(key < KEYS):
            self.end_of_key[b, key[b]] = self.now[b] + duration[b]
            kept = [end for end in self.ends[b].tolist() if end > 0 and end != duration[b]]
            ends = [int(duration[b]), *kept][:ENDS]
            self.ends[b] = [*ends, *[0] * (ENDS - len(ends))]
        for b in np.flatnonzero(key >= KEYS):
            kept = [end for end in self.ends[b].tolist() if end > 0]
            self.ends[b] = [*kept, *[0] * (ENDS - len(kept))]

    @property
    def voices(self) -> Ints:
        """(B,) how many keys sound at this moment."""
        count: Ints = (self.end_of_key > self.now[:, None]).sum(axis=1)
        return count
