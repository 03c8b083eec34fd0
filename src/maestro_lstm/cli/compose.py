"""`maestro-lstm compose`: music by a network that came with the package, or by one that the user trained."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from maestro_lstm.cli.options import key_of, option
from maestro_lstm.export.formats import ALL
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.names import file_name, piece_name
from maestro_lstm.generation.sampling import NoteSampling, SymbolSampling
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes

PLAYS = Group("Of a network that plays, such as performer", sort_key=1)
WRITES = Group("Of a network of the 90 symbols, such as best", sort_key=2)
Form = Literal["mid", "mp3", "wav", "roll", "score", "musicxml", "json"]
MOST_PIECES, KEYBOARD = 1000, 87
FILES = {"roll": ("roll.svg",), "score": ("score.png", "incipit.png")}  # what a form is called in a file's name


def compose(
    primer: str | None = None,
    /,
    *,
    network: Annotated[str, Parameter(alias="-n")] = "performer",
    seconds: Annotated[float, key_of(NoteSampling, "seconds")] = 30.0,
    temperature: Annotated[float, key_of(NoteSampling, "temperature")] = 1.0,
    top_p: Annotated[float, key_of(NoteSampling, "top_p")] = 0.95,
    seed: int = 0,
    pieces: int = 1,
    transpose: int = 0,
    primer_seconds: float = 600.0,
    without_primer: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    forms: Annotated[tuple[Form, ...], Parameter(consume_multiple=True, negative="", show_default=False)] = (
        "mid",
        "mp3",
        "roll",
    ),
    soundfont_file: Annotated[str, Parameter("--soundfont")] = "auto",
    out: Path = Path("music"),
    time_temperature: Annotated[float | None, key_of(NoteSampling, "time_temperature", PLAYS, 0.95)] = None,
    time_top_p: Annotated[float | None, key_of(NoteSampling, "time_top_p", PLAYS)] = None,
    density: Annotated[float | None, key_of(NoteSampling, "density", PLAYS, "8 from nothing, else 0")] = None,
    loudness: Annotated[float | None, key_of(NoteSampling, "loudness", PLAYS)] = None,
    polyphony: Annotated[int | None, key_of(NoteSampling, "polyphony", PLAYS)] = None,
    top_k: Annotated[int | None, key_of(SymbolSampling, "top_k", WRITES)] = None,
    greatest_chord: Annotated[int | None, key_of(SymbolSampling, "greatest_chord", WRITES)] = None,
    no_repeats: Annotated[bool | None, Parameter(negative=""), key_of(SymbolSampling, "no_repeats", WRITES)] = None,
    chord_seconds: Annotated[float | None, Parameter(group=WRITES)] = None,
) -> None:
    """Compose for the piano, from nothing, a key, or a MIDI file.

    Parameters
    ----------
    primer:
        What it goes on from: nothing, a piano key such as C3, F#4 or B-2, or a MIDI file.
    network:
        performer (plays in time, with force), best (chords in equal steps, with a score), or the file of a network that
        you trained.
    seed:
        The same seed plays the same notes.
    pieces:
        How many, up to a thousand, with seeds SEED, SEED + 1, …
    transpose:
        Semitones by which the primer is moved.
    primer_seconds:
        How much of the end of a MIDI file it goes on from.
    without_primer:
        Leave the primer out of the piece.
    forms:
        What to write. score and musicxml are for networks of the 90 symbols. [default: mid mp3 roll]
    soundfont_file:
        A SoundFont (.sf2) to play on, in place of our grand piano.
    out:
        The folder to write to. No other piece in it is overwritten: the next number is taken.
    chord_seconds:
        How long a note or chord sounds. [default: 0.25]
    """
    # here: `--help` need not wait for torch
    from maestro_lstm.trained.load import NoteNetwork, load
    from maestro_lstm.trained.music import Music

    if not 1 <= pieces <= MOST_PIECES or seed < 0:
        raise UserError(f"--pieces is 1 to {MOST_PIECES:,} and --seed 0 or more")
    if abs(transpose) > KEYBOARD:
        raise UserError(f"--transpose is {-KEYBOARD} to {KEYBOARD} semitones")
    in_the_way = next((path for path in (out, *out.parents) if path.exists()), None)
    if in_the_way and not in_the_way.is_dir():
        raise UserError(f"--out: {in_the_way} is a file, not a folder")
    options = {
        "temperature": temperature,
        "top_p": top_p,
        "time_temperature": time_temperature,
        "time_top_p": time_top_p,
        "density": density,
        "loudness": loudness,
        "polyphony": polyphony,
        "top_k": top_k,
        "greatest_chord": greatest_chord,
        "no_repeats": no_repeats,
        "chord_seconds": chord_seconds,
    }
    font = soundfont(soundfont_file)
    trained = load(network, font=font)
    given_options = {name: one for name, one in options.items() if one is not None}
    word = trained.default_primer if primer is None else primer
    sampling = trained.sampling(seconds, given_options, word, option)
    trained = trained.with_options(given_options, option)
    strange = sorted({"score", "musicxml"} & set(forms))
    if strange and isinstance(trained, NoteNetwork):
        raise UserError(f"--forms {strange[0]}: {trained.name} does not take this option (maestro-lstm compose --help)")
    ends = tuple(end for form in forms for end in FILES.get(form, (form,)))
    given = trained.primer(word, transpose, primer_seconds)
    print(f"primer: {given.summary}")
    made = trained.compose_all([given], pieces, seed, sampling, not without_primer)
    written = 0
    for piece in made.values():
        print(f"{piece.title}, seed {piece.about['seed']}: {piece.summary}")
        files = Music(piece, font).formats(ends)
        names = (piece_name(given.name, k) for k in count(written))
        free = next(name for name in names if _is_free(out, name, files))
        written = int(free.rpartition("-")[2])
        for end, data in files.items():
            path = out / file_name(free, end)
            write_bytes(path, data)
            print(f"  {path}")
    if not any(piece.has_notes for piece in made.values()) and "json" not in ends:
        raise UserError("nothing was written: it is silent; give more --seconds, or another --seed")


def _is_free(folder: Path, name: str, files: Mapping[str, bytes]) -> bool:
    """Whether no piece has this name, or this very one."""
    there = {end: path for end in ALL if (path := folder / file_name(name, end)).exists()}
    known = [path.is_file() and path.read_bytes() == files[end] for end, path in there.items() if end in files]
    return not there or (bool(known) and all(known))
