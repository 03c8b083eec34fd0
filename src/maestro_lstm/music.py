"""Symbols → music: chords, and a score as MIDI and MusicXML (paper §5.2.2)."""

import re
from collections.abc import Iterable, Sequence

from music21 import chord, instrument, metadata, note, stream
from music21.midi.translate import music21ObjectToMidiFile
from music21.musicxml.m21ToXml import GeneralObjectExporter

from maestro_lstm.symbols import END, NEXT, PITCH_OF_NAME

Chord = tuple[int, ...]  # MIDI pitches that sound together, as first named


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


def score_of(chords: Sequence[Chord], title: str) -> stream.Score:
    """A score for piano, every note and chord a quarter long: the symbols say nothing of durations."""
    piano = instrument.Piano()
    piano.partId, piano.instrumentId = "piano", "piano-1"  # music21 would make them up at random
    part = stream.Part([piano], id="piano")
    for pitches in chords:
        part.append(note.Note(pitches[0]) if len(pitches) == 1 else chord.Chord(list(pitches)))
    score = stream.Score([part], id="score")
    score.metadata = metadata.Metadata(title=title, composer="maestro-lstm")
    return score


def to_midi(score: stream.Score) -> bytes:
    """The score as a MIDI file: the same score, the same bytes."""
    data: bytes = music21ObjectToMidiFile(score).writestr()
    return data


def to_musicxml(score: stream.Score) -> bytes:
    """The score as MusicXML, uncompressed: the same score, the same bytes (the date of writing is left out)."""
    data: bytes = GeneralObjectExporter(score).parse()
    return re.sub(rb"\s*<encoding-date>.*?</encoding-date>", b"", data)
