"""Chords as scores, MIDI and MusicXML (paper §5.2.2)."""

import re
from collections.abc import Sequence

from music21 import chord, clef, instrument, layout, metadata, note, stream, tempo
from music21.midi.translate import music21ObjectToMidiFile
from music21.musicxml.m21ToXml import GeneralObjectExporter

from maestro_lstm.tokens.chords import Chord
from maestro_lstm.tokens.vocabulary import pitch_name

MIDDLE_C = 60


def score_of(chords: Sequence[Chord], title: str, chord_seconds: float = 0.5) -> stream.Score:
    """A score in one part, every note and chord a quarter note: the symbols carry no durations.

    Args:
        chord_seconds: length of a quarter note.
    """
    part = _part("piano", chords)
    part.insert(0, tempo.MetronomeMark(number=60 / chord_seconds))
    return _score([part], title)


def grand_staff_of(chords: Sequence[Chord], title: str) -> stream.Score:
    """The same to read: two staves, split at middle C."""
    upper = _part("right", [tuple(p for p in pitches if p >= MIDDLE_C) for pitches in chords])
    lower = _part("left", [tuple(p for p in pitches if p < MIDDLE_C) for pitches in chords])
    upper.insert(0, clef.TrebleClef())
    lower.insert(0, clef.BassClef())
    score = _score([upper, lower], title)
    score.insert(0, layout.StaffGroup([upper, lower], symbol="brace", barTogether=True))
    return score


def score_to_midi(score: stream.Score) -> bytes:
    """The score as a MIDI file; the same score gives the same bytes."""
    data: bytes = music21ObjectToMidiFile(score).writestr()
    return data


def to_musicxml(score: stream.Score) -> bytes:
    """The score as uncompressed MusicXML; the same score gives the same bytes (the encoding date is left out)."""
    data: bytes = GeneralObjectExporter(score).parse()
    return re.sub(rb"\s*<encoding-date>.*?</encoding-date>", b"", data)


def _part(name: str, chords: Sequence[Chord]) -> stream.Part:
    piano = instrument.Piano()
    piano.partId, piano.instrumentId = name, f"{name}-1"  # music21 would pick random ones
    part = stream.Part([piano], id=name)
    for pitches in chords:
        names = [pitch_name(pitch) for pitch in pitches]  # as the vocabulary spells them
        part.append(note.Rest() if not names else note.Note(names[0]) if len(names) == 1 else chord.Chord(names))
    return part


def _score(parts: Sequence[stream.Part], title: str) -> stream.Score:
    score = stream.Score(id="score")
    for part in parts:
        score.insert(0, part)
    score.metadata = metadata.Metadata(title=title, composer="maestro-lstm")
    return score
