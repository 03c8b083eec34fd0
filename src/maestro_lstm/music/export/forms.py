"""A piece in all its forms: MIDI, notation, pictures, sound, data."""

import json
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path

from maestro_lstm.music.composing.pieces import Composition
from maestro_lstm.music.export.engraving import score_picture
from maestro_lstm.music.export.notation import grand_staff_of, score_of, to_midi, to_musicxml
from maestro_lstm.music.export.roll import roll_picture
from maestro_lstm.music.export.sound import render, to_mp3, to_wav

INCIPIT = 24  # notes and chords: two systems


ALL = ("json", "mid", "musicxml", "mp3", "score.png", "roll.svg", "wav", "incipit.png")


def forms_of(piece: Composition, font: Path, wanted: Collection[str] = ALL) -> dict[str, bytes]:
    """The forms of a piece, by the names in `names.FOLDERS`. A piece without notes yields only JSON; one with nothing
    after the primer has no incipit.

    Args:
        font: the SoundFont.
        wanted: those to make.
    """
    data = {
        "title": piece.title,
        "told": piece.summary,
        **piece.about,
        "chord_seconds": piece.chord_seconds,
        "given": piece.given,
        "notes": piece.symbols,  # the paper's name for its symbols
    }
    makes: dict[str, Callable[[], bytes]] = {"json": lambda: (json.dumps(data, ensure_ascii=False) + "\n").encode()}
    if piece.chords:
        midi = to_midi(score_of(piece.chords, piece.title, piece.chord_seconds))
        musicxml = cache(lambda: to_musicxml(grand_staff_of(piece.chords, piece.title)))
        sound = cache(lambda: render(midi, font))
        makes |= {
            "mid": lambda: midi,
            "musicxml": musicxml,
            "mp3": lambda: to_mp3(sound()),
            "score.png": lambda: score_picture(musicxml()),
            "roll.svg": lambda: roll_picture(piece.title, piece.chords, piece.given_chords, piece.chord_seconds),
            "wav": lambda: to_wav(sound()),
        }
    written = piece.chords[piece.given_chords :][:INCIPIT]
    if written:
        makes["incipit.png"] = lambda: score_picture(to_musicxml(grand_staff_of(written, piece.title)))
    return {form: make() for form, make in makes.items() if form in wanted}
