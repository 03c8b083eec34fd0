"""Symbols → music: chords, and scores as MIDI and MusicXML (paper §5.2.2)."""

import re
from collections.abc import Iterable, Sequence

from music21 import chord, clef, instrument, layout, metadata, note, stream, tempo
from music21.midi.translate import music21ObjectToMidiFile
from music21.musicxml.m21ToXml import GeneralObjectExporter

from maestro_lstm.symbols import END, NEXT, PITCH_OF_NAME, pitch_name

Chord = tuple[int, ...]  # MIDI pitches that sound together, as first named
MIDDLE_C = 60


def chords_of(symbols: Iterable[str]) -> list[Chord]:
    """Pitches gathered until `<NEXT>` or `<END>`; a mark after a mark says nothing, and the last may be missing.

    A pitch named twice in one chord sounds once: a piano has one such key.
    """
    chords: list[Chord] = []
    pitches: list[int] = []
    for symbol in (*symbols, END):
        if symbol not in (NEXT, END):
            pitches.append(PITCH_OF_NAME[symbol])
        elif pitches:
            chords.append(tuple(dict.fromkeys(pitches)))
            pitches = []
    return chords


def score_of(chords: Sequence[Chord], title: str, chord_seconds: float = 0.5) -> stream.Score:
    """A score in one part, every note and chord a quarter long: the symbols say nothing of durations.

    Args:
        chord_seconds: of a quarter.
    """
    part = _part("piano", chords)
    part.insert(0, tempo.MetronomeMark(number=60 / chord_seconds))
    return _score([part], title)


def grand_staff_of(chords: Sequence[Chord], title: str) -> stream.Score:
    """The same for eyes: two staves, from middle C up and below."""
    upper = _part("right", [tuple(p for p in pitches if p >= MIDDLE_C) for pitches in chords])
    lower = _part("left", [tuple(p for p in pitches if p < MIDDLE_C) for pitches in chords])
    upper.insert(0, clef.TrebleClef())
    lower.insert(0, clef.BassClef())
    score = _score([upper, lower], title)
    score.insert(0, layout.StaffGroup([upper, lower], symbol="brace", barTogether=True))
    return score


def to_midi(score: stream.Score) -> bytes:
    """The score as a MIDI file: the same score, the same bytes."""
    data: bytes = music21ObjectToMidiFile(score).writestr()
    return data


def to_musicxml(score: stream.Score) -> bytes:
    """The score as MusicXML, uncompressed: the same score, the same bytes (the date of writing is left out)."""
    data: bytes = GeneralObjectExporter(score).parse()
    return re.sub(rb"\s*<encoding-date>.*?</encoding-date>", b"", data)


def _part(name: str, chords: Sequence[Chord]) -> stream.Part:
    piano = instrument.Piano()
    piano.partId, piano.instrumentId = name, f"{name}-1"  # music21 would make them up at random
    part = stream.Part([piano], id=name)
    for pitches in chords:
        names = [pitch_name(pitch) for pitch in pitches]  # as the alphabet spells them
        part.append(note.Rest() if not names else note.Note(names[0]) if len(names) == 1 else chord.Chord(names))
    return part


def _score(parts: Sequence[stream.Part], title: str) -> stream.Score:
    score = stream.Score(id="score")
    for part in parts:
        score.insert(0, part)
    score.metadata = metadata.Metadata(title=title, composer="maestro-lstm")
    return score
