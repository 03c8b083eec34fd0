"""A piece as files: data, MIDI, sound, a piano roll; one of symbols also as notation."""

import json
from collections.abc import Callable, Collection, Mapping
from functools import cache
from pathlib import Path

from maestro_lstm.export import roll
from maestro_lstm.export.engraving import score_picture
from maestro_lstm.export.sound import render, to_mp3, to_wav
from maestro_lstm.generation.names import FOLDERS, file_name
from maestro_lstm.generation.pieces import Piece, SymbolPiece
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.tokens.writing import to_midi

ALL = ("json", "mid", "musicxml", "mp3", "score.png", "roll.svg", "wav", "incipit.png")
INCIPIT = 24  # notes and chords: two systems


def formats(piece: Piece, font: Path, wanted: Collection[str] = ALL) -> dict[str, bytes]:
    """The files of a piece, by the names in `names.FOLDERS`. A piece without notes is data alone; one of notes has no
    notation; one with nothing after the primer has no incipit.

    Args:
        font: the SoundFont.
        wanted: those to make.
    """
    data = {"title": piece.title, "told": piece.summary, **piece.about, **piece.content()}
    makes: dict[str, Callable[[], bytes]] = {"json": lambda: (json.dumps(data, ensure_ascii=False) + "\n").encode()}
    if piece.has_notes:
        midi = cache(lambda: midi_of(piece))
        sound = cache(lambda: render(midi(), font))
        makes |= {
            "mid": midi,
            **(_notation(piece) if isinstance(piece, SymbolPiece) else {}),
            "mp3": lambda: to_mp3(sound()),
            "roll.svg": lambda: roll_of(piece),
            "wav": lambda: to_wav(sound()),
        }
    return {form: make() for form, make in makes.items() if form in wanted}


def write_pieces(folder_of: Callable[[str], Path], pieces: Mapping[str, Mapping[str, bytes]]) -> None:
    """The files of pieces, by the pieces' names.

    Args:
        folder_of: where the forms of each kind belong, by the names in `names.FOLDERS`.
    """
    for kind, ends in FOLDERS.items():
        with whole_folder(folder_of(kind)) as folder:
            for name, made in pieces.items():
                for end in ends:
                    if end in made:
                        (folder / file_name(name, end)).write_bytes(made[end])


def midi_of(piece: Piece) -> bytes:
    """A piece as a MIDI file; the same piece gives the same bytes."""
    if isinstance(piece, SymbolPiece):
        from maestro_lstm.export import notation  # here: music21 takes seconds to import

        return notation.score_to_midi(notation.score_of(piece.chords, piece.title, piece.chord_seconds))
    return to_midi(piece.performance)


def roll_of(piece: Piece) -> bytes:
    """A piece as an SVG of all 88 keys."""
    if isinstance(piece, SymbolPiece):
        return roll.chord_roll(piece.title, piece.chords, piece.given_chords, piece.chord_seconds)
    return roll.note_roll(piece.title, piece.performance, piece.given)


def _notation(piece: SymbolPiece) -> dict[str, Callable[[], bytes]]:
    from maestro_lstm.export.notation import grand_staff_of, to_musicxml

    musicxml = cache(lambda: to_musicxml(grand_staff_of(piece.chords, piece.title)))
    makes: dict[str, Callable[[], bytes]] = {"musicxml": musicxml, "score.png": lambda: score_picture(musicxml())}
    written = piece.chords[piece.given_chords :][:INCIPIT]
    if written:
        makes["incipit.png"] = lambda: score_picture(to_musicxml(grand_staff_of(written, piece.title)))
    return makes
