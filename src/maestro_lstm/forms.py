"""A piece → all its forms: for a player, for notation, for eyes, for ears, and as data."""

import json
from pathlib import Path

from maestro_lstm.composing import Composition
from maestro_lstm.engraving import score_picture
from maestro_lstm.music import grand_staff_of, score_of, to_midi, to_musicxml
from maestro_lstm.pianoroll import roll_picture
from maestro_lstm.sound import render, to_mp3, to_wav

MUSIC = ("json", "mid", "musicxml", "mp3", "score.png")  # to hear and to read; a whole score is no plot
PICTURES = ("incipit.png", "roll.svg")  # small enough to lay those of two experiments side by side
WAV = ("wav",)
INCIPIT = 24  # notes and chords: two systems


def file_name(piece: str, end: str) -> str:
    """Of a form: c3-1.mid, c3-1-score.png."""
    return f"{piece}-{end}" if "." in end else f"{piece}.{end}"


def forms_of(piece: Composition, font: Path) -> dict[str, bytes]:
    """By the end of its file name, each form; of a piece without a note its data alone, of one without a note that was
    not given no incipit, which is how it goes on.

    Args:
        font: the SoundFont.
    """
    data = {
        "title": piece.title,
        "told": piece.told,
        **piece.about,
        "chord_seconds": piece.chord_seconds,
        "given": piece.given,
        "notes": piece.symbols,  # as the paper calls its symbols
    }
    forms = {"json": (json.dumps(data, ensure_ascii=False) + "\n").encode()}
    if piece.chords:
        midi = to_midi(score_of(piece.chords, piece.title, piece.chord_seconds))
        musicxml = to_musicxml(grand_staff_of(piece.chords, piece.title))
        sound = render(midi, font)
        forms |= {
            "mid": midi,
            "musicxml": musicxml,
            "mp3": to_mp3(sound),
            "score.png": score_picture(musicxml),
            "roll.svg": roll_picture(piece.title, piece.chords, piece.given_chords, piece.chord_seconds),
            "wav": to_wav(sound),
        }
    written = piece.chords[piece.given_chords :][:INCIPIT]
    if written:
        forms["incipit.png"] = score_picture(to_musicxml(grand_staff_of(written, piece.title)))
    return forms
