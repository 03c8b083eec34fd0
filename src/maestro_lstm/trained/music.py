"""A piece that a network wrote: its notes as plain numbers, and its files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from maestro_lstm.export.formats import ALL, formats, midi_of, roll_of
from maestro_lstm.export.sound import RATE, Sound, render, soundfont
from maestro_lstm.generation.pieces import Piece, SymbolPiece
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes

FORMAT_OF = {".svg": "roll.svg", ".png": "score.png"}  # of a file by its ending, where it is not the ending


class Note(NamedTuple):
    """A note of a piece.

    Attributes:
        onset: seconds from the beginning.
        duration: seconds.
        pitch: MIDI number, 21 to 108; middle C is 60.
        velocity: 1 to 127.
    """

    onset: float
    duration: float
    pitch: int
    velocity: int


class Music:
    """A piece that a network wrote. Iterate over its notes, those of the primer first.

    Attributes:
        piece: its symbols, or its performance.
    """

    velocity = 64  # of the symbols, which say none

    def __init__(self, piece: Piece, font: Path | None = None) -> None:
        self.piece, self.font = piece, font or soundfont("auto")

    @property
    def title(self) -> str:
        return self.piece.title

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        return self.piece.summary

    def __iter__(self) -> Iterator[Note]:
        """The notes, by onset."""
        if isinstance(self.piece, SymbolPiece):
            seconds = self.piece.chord_seconds
            for k, chord in enumerate(self.piece.chords):
                for pitch in chord:
                    yield Note(k * seconds, seconds, pitch, self.velocity)
            return
        notes = self.piece.performance.notes
        for onset, release, pitch, velocity in zip(
            notes.onset.tolist(), notes.release.tolist(), notes.pitch.tolist(), notes.velocity.tolist(), strict=True
        ):
            yield Note(onset, release - onset, pitch, velocity)

    def __len__(self) -> int:
        """How many notes."""
        return sum(1 for _ in self)

    def save(self, path: str | Path) -> Path:
        """Write it to a file, in the format that its ending says: .mid, .mp3, .wav, .json, .svg (a piano roll); for a
        piece of symbols also .musicxml and .png (a score).

        Returns: the path. Raises UserError for another ending, or for a format that the piece does not have.
        """
        path = Path(path)
        name = FORMAT_OF.get(path.suffix, path.suffix.removeprefix("."))
        if name not in ALL:
            raise UserError(f"{path}: no format ends with {path.suffix or 'nothing'}")
        made = formats(self.piece, self.font, (name,))
        if name not in made:
            raise UserError(f"{path}: this piece cannot be written as {path.suffix}")
        write_bytes(path, made[name])
        return path

    def midi(self) -> bytes:
        return midi_of(self.piece)

    def roll(self) -> bytes:
        """A piano roll, SVG: the primer is black."""
        return roll_of(self.piece)

    def sound(self) -> tuple[Sound, int]:
        """(N, 2) samples, left and right, −1 to 1; and how many there are a second."""
        return render(self.midi(), self.font), RATE

    def formats(self, wanted: Sequence[str]) -> dict[str, bytes]:
        """Several files of it at once (`export.formats`)."""
        return formats(self.piece, self.font, wanted)
