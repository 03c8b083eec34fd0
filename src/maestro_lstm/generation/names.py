"""What a piece's files are called."""

import re
import unicodedata

MUSIC = ("json", "mid", "musicxml", "mp3", "score.png")  # to hear and to read; a whole score is not a plot
PICTURES = ("incipit.png", "roll.svg")  # small enough to compare two experiments side by side
WAV = ("wav",)
FOLDERS = {"music": MUSIC, "pictures": PICTURES, "wav": WAV}  # kept by git, by git and `dvc plots`, by DVC
NOTHING = "nothing"  # a primer of networks of performances
REAL = "real"  # who wrote the test split, beside the networks
LONGEST = 200  # bytes of a name, without number and format
REAL_PLAYED = "real-played"  # the same with time, force and pedal


def piece_name(primer: str, k: int) -> str:
    """The name of the k-th piece, from 0, after a primer of this name: c3-1, 作品-1."""
    # letters, with marks, and digits of any script; a dash or a dot at the start would make it an option, or hide it
    word = ""
    for sign in unicodedata.normalize("NFC", primer).lower():
        marks = word[-1:] not in ("", "-") and unicodedata.category(sign).startswith("M")
        word += sign if sign.isalnum() or sign == "#" or marks else "-"
    word = re.sub(r"-+", "-", word).strip("-")
    while len(word.encode()) > LONGEST:  # most systems take 255 bytes
        word = word[:-1]
    return f"{word or 'piece'}-{k + 1}"


def file_name(piece: str, form: str) -> str:
    """The file of a form: c3-1.mid, c3-1-score.png."""
    return f"{piece}-{form}" if "." in form else f"{piece}.{form}"
