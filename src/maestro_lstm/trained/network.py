"""What trained networks of all kinds have in common: they compose, and tell how they predict."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar

from pydantic import BaseModel, ValidationError

from maestro_lstm.generation.names import piece_name
from maestro_lstm.generation.pieces import NotePiece, SymbolPiece
from maestro_lstm.generation.primers import MOST_SECONDS
from maestro_lstm.generation.sampling import CHORD_SECONDS, NoteSampling
from maestro_lstm.midi.notes import read_bytes
from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.model.device import use_cores
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.pretrained.networks import told_of
from maestro_lstm.trained.music import Music

P = TypeVar("P", SymbolPiece, NotePiece)
NUCLEUS = 0.95


class Prediction(NamedTuple):
    """How well a network predicts a file.

    Attributes:
        steps: notes, or symbols, that were predicted.
        nats: of each.
        nats_event: of each of the 388 events that others count, by a network of performances; else None.
        accuracy: percent of the symbols that were the likeliest; None for a network of performances.
    """

    steps: int
    nats: float
    nats_event: float | None
    accuracy: float | None


@dataclass
class TrainedNetwork(ABC, Generic[P]):
    """What all kinds have in common.

    Attributes:
        name: of the network.
        network: what steps from symbol to symbol, or from note to note.
        path: its file, if it comes from one.
        font: the SoundFont that its music is played on; ours if not given.
        chord_seconds: how long a note or chord sounds, where a network does not say it.
    """

    name: str
    network: Any
    path: Path | None = None
    font: Path | None = None
    chord_seconds: float = CHORD_SECONDS

    Sampling: ClassVar[type[BaseModel]]
    default_primer: ClassVar[str]
    extra: ClassVar[tuple[str, ...]] = ()  # options beside those of `Sampling`

    @staticmethod
    @abstractmethod
    def of_checkpoint(path: Path, checkpoint: Checkpoint) -> Any:
        """The network in a file, which has been read. Raises UserError, naming it, where it is damaged."""

    @abstractmethod
    def primer(self, word: str, transpose: int = 0, seconds: float = MOST_SECONDS) -> Any:
        """What to go on from; of a file, at most its last seconds. Raises UserError."""

    @abstractmethod
    def defaults(self, seconds: float, word: str) -> dict[str, Any]:
        """How it samples after a primer where nothing else is said."""

    def predict(self, file: str | Path) -> Prediction:
        """How well it predicts a file of yours. Raises BadMidi where it cannot be read."""
        use_cores(1)
        return self._predicted(read_bytes(Path(file)), str(file))

    @abstractmethod
    def _predicted(self, data: bytes, name: str) -> Prediction:
        """The same for a file's content; errors call it `name`."""

    @abstractmethod
    def _continued(self, primer: Any, seeds: range, sampling: Any, keep_primer: bool) -> Iterator[Callable[..., P]]:
        """A piece for each seed, but for its title and origin."""

    def with_options(self, given: Mapping[str, Any], spelled: Callable[[str], str] = lambda name: name) -> Self:  # noqa: ARG002
        """The same network with the options that are not about sampling. Raises UserError."""
        return self

    @property
    def known(self) -> dict[str, Any]:
        """What is known of it, such as its figures on MAESTRO's test split; empty for one of your own."""
        return told_of(self.path) if self.path else {}

    def sampling(
        self,
        seconds: float,
        given: Mapping[str, Any],
        word: str = "",
        spelled: Callable[[str], str] = lambda name: name,
    ) -> Any:
        """How to sample, of what was asked for. Raises UserError for a value out of range, or for a setting that this
        kind of network does not have.

        Args:
            word: the primer.
            spelled: how a setting is named in the message.
        """
        for name in given:
            if name not in self.Sampling.model_fields and name not in self.extra:
                raise UserError(f"{spelled(name)}: {self.name} does not take this option")
        try:
            NoteSampling(seconds=seconds)  # its range is that of all
            own = {name: value for name, value in given.items() if name not in self.extra}
            return self.Sampling(**{**self.defaults(seconds, word), **own})
        except ValidationError as error:
            first = error.errors()[0]
            raise UserError(f"{spelled(str(first['loc'][0]))}: {first['msg']}, not {first['input']}") from None

    def compose(
        self,
        primer: str | Path | None = None,
        *,
        seconds: float = 30.0,
        seed: int = 0,
        transpose: int = 0,
        primer_seconds: float = MOST_SECONDS,
        keep_primer: bool = True,
        **sampling: Any,
    ) -> Music:
        """Compose a piece.

        Args:
            primer: what it goes on from: a MIDI file, a piano key such as "C3"; nothing for a network that plays.
            seconds: how much of its own.
            seed: the same seed gives the same music on the same kind of machine.
            transpose: the primer, in semitones.
            primer_seconds: how much of the end of a file it goes on from, ten minutes at most.
            keep_primer: whether the piece starts with the primer.
            sampling: as the options of `maestro-lstm compose`: temperature, top_p, density …

        Raises: UserError, in a line, for anything that cannot be.
        """
        word = self.default_primer if primer is None else str(primer)
        asked, own = self.sampling(seconds, sampling, word), self.with_options(sampling)
        (piece,) = own.compose_all([self.primer(word, transpose, primer_seconds)], 1, seed, asked, keep_primer).values()
        return Music(piece, self.font)

    def compose_all(
        self, primers: Sequence[Any], pieces: int, seed: int, sampling: Any, keep_primer: bool
    ) -> dict[str, P]:
        """Pieces after each primer, with seeds seed, seed + 1, …, by the name of their files."""
        if pieces < 1 or seed < 0:
            raise UserError("pieces is 1 or more and seed 0 or more")
        use_cores(1)
        seeds, made = range(seed, seed + pieces), {}
        for primer in primers:
            for k, piece in enumerate(self._continued(primer, seeds, sampling, keep_primer)):
                about = {
                    "writer": self.name,
                    "from": primer.name,
                    "primer": primer.summary,
                    "seed": seed + k,
                    "drawing": sampling.model_dump(),
                }
                made[piece_name(primer.name, k)] = piece(title=f"{self.name}, from {primer.name}", about=about)
        return made

    def evaluate(self, files: Sequence[str | Path]) -> dict[str, Prediction]:
        """How well it predicts each of your files, by its name. Raises BadMidi for one that cannot be read."""
        return {str(file): self.predict(file) for file in files}
