"""`maestro-lstm compose`: music by a network that came with the package, or by one that the user trained."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

from maestro_lstm.console.options import key_of, refuse, section_of, write_pieces
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.composing.sampling import Sampling
from maestro_lstm.music.export.soundfont.font import soundfont
from maestro_lstm.music.playing.steering import Steering
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.shipped.networks import network_file
from maestro_lstm.weights.checkpoint import read_checkpoint

PLAYS = Group("Of a network that plays, such as performer", sort_key=1)
WRITES = Group("Of a network of the 90 symbols, such as best", sort_key=2)
COOLER = 0.95  # how boldly times are drawn, as chosen on validation (docs/performances.md)
Form = Literal["mid", "mp3", "wav", "roll", "score", "musicxml", "json"]
FILES = {"roll": ("roll.svg",), "score": ("score.png", "incipit.png")}  # what a form is called in a file's name
Made = tuple[str, str, Callable[[], Mapping[str, bytes]]]  # a piece's name, what is said of it, its forms


@dataclass(frozen=True)
class Asked:
    """What both kinds of network are asked for."""

    path: Path
    primer: str | None
    pieces: int
    seed: int
    transpose: int
    keep_primer: bool
    ends: tuple[str, ...]  # of the files to write
    font: Path

    @property
    def writer(self) -> str:
        """A name for the network: its file's, or its folder's where that is a seed's."""
        return self.path.resolve().parent.name if self.path.stem.startswith("seed-") else self.path.stem


def compose(
    primer: str | None = None,
    /,
    *,
    network: Annotated[str, Parameter(alias="-n")] = "performer",
    seconds: Annotated[float, key_of(Steering, "seconds")] = 30.0,
    temperature: Annotated[float, key_of(Steering, "temperature")] = 1.0,
    top_p: Annotated[float, key_of(Steering, "top_p")] = 0.95,
    seed: int = 0,
    pieces: int = 1,
    transpose: int = 0,
    without_primer: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    forms: Annotated[tuple[Form, ...], Parameter(consume_multiple=True, negative="", show_default=False)] = (
        "mid",
        "mp3",
        "roll",
    ),
    soundfont_file: Annotated[str, Parameter("--soundfont")] = "auto",
    out: Path = Path("music"),
    time_temperature: Annotated[float | None, key_of(Steering, "time_temperature", PLAYS, COOLER)] = None,
    time_top_p: Annotated[float | None, key_of(Steering, "time_top_p", PLAYS)] = None,
    density: Annotated[float | None, key_of(Steering, "density", PLAYS)] = None,
    loudness: Annotated[float | None, key_of(Steering, "loudness", PLAYS)] = None,
    polyphony: Annotated[int | None, key_of(Steering, "polyphony", PLAYS)] = None,
    top_k: Annotated[int | None, key_of(Sampling, "top_k", WRITES)] = None,
    greatest_chord: Annotated[int | None, key_of(Sampling, "greatest_chord", WRITES)] = None,
    no_repeats: Annotated[bool | None, Parameter(negative=""), key_of(Sampling, "no_repeats", WRITES)] = None,
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
        How many, with seeds SEED, SEED + 1, …
    transpose:
        Semitones by which the primer is moved.
    without_primer:
        Leave the primer out of the piece.
    forms:
        What to write. score and musicxml are for networks of the 90 symbols. [default: mid mp3 roll]
    soundfont_file:
        A SoundFont (.sf2) to play on, in place of our grand piano.
    out:
        The folder to write to.
    chord_seconds:
        How long a note or chord sounds. [default: 0.25]
    """
    if pieces < 1 or seed < 0:
        raise UserError("--pieces is 1 or more and --seed 0 or more")
    if out.exists() and not out.is_dir():
        raise UserError(f"--out: {out} is a file, not a folder")
    ends = tuple(end for form in forms for end in FILES.get(form, (form,)))
    path, font = network_file(network), soundfont(soundfont_file)
    asked = Asked(path, primer, pieces, seed, transpose, not without_primer, ends, font)
    common = {"temperature": temperature, "top_p": top_p}
    timed = {
        "time_temperature": time_temperature,
        "time_top_p": time_top_p,
        "density": density,
        "loudness": loudness,
        "polyphony": polyphony,
    }
    chords = {"top_k": top_k, "greatest_chord": greatest_chord, "no_repeats": no_repeats}
    use_cores(1)
    cooler = COOLER if time_temperature is None else time_temperature
    steering = section_of(Steering, {"seconds": seconds, **common, **timed, "time_temperature": cooler})
    if read_checkpoint(path).settings["kind"] == "performer":
        refuse({**chords, "chord_seconds": chord_seconds}, asked.writer)
        refuse(dict.fromkeys(sorted({"score", "musicxml"} & set(forms)), ""), asked.writer, "--forms ")
        made = _played(asked, steering)
    else:
        refuse(timed, asked.writer)
        sampling = section_of(Sampling, {"length": max(round(seconds), 1), "unit": "seconds", **common, **chords})
        made = _written(asked, sampling, chord_seconds)
    write_pieces(out, made)


# Each kind imports what it needs, and no more: half of a short piece's time is imports.


def _played(asked: Asked, steering: Steering) -> Iterator[Made]:
    from maestro_lstm.data.performances.rows import KEYS
    from maestro_lstm.music.playing.forms import forms_of
    from maestro_lstm.music.playing.pieces import play_all
    from maestro_lstm.music.playing.primers import primer_of
    from maestro_lstm.music.playing.steering import NOTHING
    from maestro_lstm.weights.performer import load_performer

    player = load_performer(asked.path)
    primer = primer_of(asked.primer or NOTHING, "events" if player.pitches > KEYS else "folded", asked.transpose)
    print(f"primer: {primer.summary}")
    made = play_all(player, asked.writer, [primer], asked.pieces, asked.seed, steering, asked.keep_primer)
    return _in_forms(made, forms_of, asked)


def _written(asked: Asked, sampling: Sampling, chord_seconds: float | None) -> Iterator[Made]:
    from maestro_lstm.music.composing.pieces import compose_all
    from maestro_lstm.music.composing.primers import primer_of
    from maestro_lstm.music.composing.stepper import Stepper
    from maestro_lstm.music.export.forms import forms_of
    from maestro_lstm.weights.checkpoint import load_checkpoint

    writer, sounds = Stepper(load_checkpoint(asked.path).weights), 0.25 if chord_seconds is None else chord_seconds
    if not 0 < sounds <= 60:
        raise UserError(f"--chord-seconds is above 0 and at most 60, not {sounds}")
    primer = primer_of(asked.primer or "C3", asked.transpose)
    print(f"primer: {primer.summary}")
    made = compose_all(writer, asked.writer, [primer], asked.pieces, asked.seed, sampling, sounds, asked.keep_primer)
    return _in_forms(made, forms_of, asked)


def _in_forms(made: Mapping[str, Any], forms_of: Callable[..., Mapping[str, bytes]], asked: Asked) -> Iterator[Made]:
    for name, piece in made.items():
        told = f"{piece.title}, seed {piece.about['seed']}: {piece.summary}"
        yield name, told, partial(forms_of, piece, asked.font, asked.ends)
