"""Bach's chorales from the corpus that music21 ships: real music without a download."""

from pathlib import Path

from joblib import Parallel, delayed
from music21 import converter, corpus
from music21.midi.translate import music21ObjectToMidiFile

from maestro_lstm.corpus.folder import write_corpus
from maestro_lstm.corpus.index import Piece
from maestro_lstm.plumbing.progress import progress


def write_chorales(count: int, target: Path) -> list[Piece]:
    """Write the first `count` chorales as a corpus of MIDI files. Returns the pieces."""
    scores = sorted(Path(path) for path in corpus.getComposer("bach") if Path(path).suffix == ".mxl")[:count]
    midi = Parallel(n_jobs=-1, return_as="generator")(delayed(_midi_of)(path) for path in scores)
    contents = {f"{path.stem}.mid": data for path, data in zip(scores, progress(midi, "chorales", count), strict=True)}
    return write_corpus(contents, contents.__getitem__, target, composer="Johann Sebastian Bach")


def _midi_of(path: Path) -> bytes:
    data: bytes = music21ObjectToMidiFile(converter.parse(path)).writestr()
    return data
