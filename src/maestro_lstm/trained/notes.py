"""A trained network of performances."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from maestro_lstm.evaluation.note_likelihood import cost_of
from maestro_lstm.generation.compose_notes import joined, play
from maestro_lstm.generation.names import NOTHING
from maestro_lstm.generation.note_sampling import NoteSampling
from maestro_lstm.generation.pieces import NotePiece
from maestro_lstm.generation.primers import NotePrimer, note_primer
from maestro_lstm.model.checkpoint import Checkpoint
from maestro_lstm.performances.events import to_events
from maestro_lstm.performances.note_tokens import KEYS, on_the_piano
from maestro_lstm.performances.performance import Performance
from maestro_lstm.performances.quantize import quantize
from maestro_lstm.performances.reading import guarded_performance
from maestro_lstm.performer.checkpoint import load_performer
from maestro_lstm.performer.network import Performer
from maestro_lstm.plumbing.choices import PedalRule
from maestro_lstm.plumbing.errors import BadMidi
from maestro_lstm.trained.network import NUCLEUS, Prediction, TrainedNetwork

COOLER = 0.95  # how boldly times are drawn, as chosen on validation (docs/performances.md)


@dataclass
class NoteNetwork(TrainedNetwork[NotePiece]):
    """A network of performances: it plays, with time, velocity and pedal."""

    Sampling = NoteSampling
    default_primer = NOTHING

    @staticmethod
    def of_checkpoint(path: Path, checkpoint: Checkpoint) -> Performer:
        return load_performer(path, checkpoint)

    @property
    def pedal(self) -> PedalRule:
        return "events" if self.network.pitches > KEYS else "folded"

    def primer(self, word: str, transpose: int = 0) -> NotePrimer:
        return note_primer(word, self.pedal, transpose)

    def defaults(self, seconds: float) -> dict[str, Any]:
        return {"seconds": seconds, "top_p": NUCLEUS, "time_temperature": COOLER}

    def _continued(
        self, primer: NotePrimer, seeds: range, sampling: NoteSampling, keep_primer: bool
    ) -> Iterator[Callable[..., NotePiece]]:
        for own in play(self.network, primer.steps, seeds, sampling):
            performance, given = joined(primer.steps, own, keep_primer)
            yield partial(NotePiece, performance=performance, given=given)

    def _predicted(self, data: bytes, name: str) -> Prediction:
        whole = guarded_performance(data, name, self.pedal)
        there = on_the_piano(whole.pitch)
        piece = Performance(whole.onset[there], whole.release[there], whole.pitch[there], whole.velocity[there])
        if not piece.is_note.any():
            raise BadMidi(f"{name}: no note on the piano's 88 keys")
        nats, notes = float(cost_of(self.network, [piece]).nats.sum()), int(piece.is_note.sum())
        events = len(to_events(quantize(piece))) if self.pedal == "folded" else None
        return Prediction(notes, nats / notes, nats / events if events else None, None)
