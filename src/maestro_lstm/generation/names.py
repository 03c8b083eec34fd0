"""What a piece's files are called."""

import re

MUSIC = ("json", "mid", "musicxml", "mp3", "score.png")  # to hear and to read; a whole score is not a plot
PICTURES = ("incipit.png", "roll.svg")  # small enough to compare two experiments side by side
WAV = ("wav",)
FOLDERS = {"music": MUSIC, "pictures": PICTURES, "wav": WAV}  # kept by git, by git and `dvc plots`, by DVC
NOTHING = "nothing"  # a primer of networks of performances
SUFFIXES = (".mid", ".midi")  # of a primer that is a file
REAL = "real"  # who wrote the test split, beside the networks
REAL_PLAYED = "real-played"  # the same with time, force and pedal


def piece_name(primer: str, k: int) -> str:
    """The name of the k-th piece, from 0, after a primer of this name: c3-1."""
    return f"{re.sub(r'[^a-z0-9#-]+', '-', primer.lower())}-{k + 1}"


def file_name(piece: str, form: str) -> str:
    """The file of a form: c3-1.mid, c3-1-score.png."""
    return f"{piece}-{form}" if "." in form else f"{piece}.{form}"
