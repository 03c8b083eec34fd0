"""Pieces: as long as was asked, in whatever unit, and collapse is told as such."""

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PIL import Image

from maestro_lstm.export.formats import formats
from maestro_lstm.export.roll import chord_roll
from maestro_lstm.export.sound import RATE, soundfont
from maestro_lstm.generation.compose import compose
from maestro_lstm.generation.names import MUSIC, PICTURES, WAV
from maestro_lstm.generation.pieces import SymbolPiece, symbol_excerpt
from maestro_lstm.generation.primers import symbol_primer, symbols_in
from maestro_lstm.generation.sampling import SymbolSampling, sample, sample_many
from maestro_lstm.model.network import initial_weights
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.chords import chords_of, collapse_of
from maestro_lstm.tokens.vocabulary import END, END_ID, NEXT, NEXT_ID, SYMBOLS, pitch_name
from maestro_lstm.trained.load import SymbolNetwork
from tests.midi_files import midi_file, track

V = len(SYMBOLS)
NETWORK = Stepper(initial_weights(V, 8, seed=0))
C3 = symbol_primer("C3")


def network_that_writes(*ids: int) -> Any:
    """These in turn, again and again, whatever it is given."""

    class Fixed:
        batch = 1

        def scores(self, given: Any, state: int | None = None) -> tuple[Any, int]:
            step = 0 if state is None else state
            scores = np.full((len(given), given.shape[1], V), -1e4, dtype=np.float32)
            scores[:, :, ids[step % len(ids)]] = 0
            return scores, step + 1

    return Fixed()


ONE_NOTE = network_that_writes(40, NEXT_ID)
ONE_CHORD = network_that_writes(40, 50, 40, NEXT_ID)
ONLY_NEXT = network_that_writes(NEXT_ID)
ONLY_PITCHES = network_that_writes(40, 50)


@pytest.mark.parametrize(
    ("network", "length", "unit", "seconds", "count"),
    [
        (NETWORK, 37, "symbols", 0.5, 37),
        (ONE_NOTE, 10, "notes", 0.5, 20),
        (ONE_CHORD, 10, "notes", 0.5, 20),  # two notes in four symbols: a pitch named twice sounds once
        (ONE_CHORD, 9, "notes", 0.5, 20),  # whole chords
        (ONE_NOTE, 10, "seconds", 0.5, 40),
        (ONE_NOTE, 10, "seconds", 0.25, 80),
        (ONE_NOTE, 1, "seconds", 0.3, 8),  # 3.3 chords are four
        (ONLY_NEXT, 3, "seconds", 0.5, 300),  # never there: fifty symbols for each chord wanted
        (ONLY_PITCHES, 3, "notes", 0.5, 150),  # a chord that never ends
    ],
)
def test_a_piece_is_as_long_as_was_asked(network: Any, length: int, unit: Any, seconds: float, count: int) -> None:
    assert len(compose(network, C3, SymbolSampling(length=length, unit=unit), 0, seconds)) == count


@pytest.mark.parametrize(
    ("symbols", "words"),
    [
        ([NEXT] * 5, "only <NEXT>"),
        ([NEXT, END], "only <END> and <NEXT>"),
        ([], "nothing"),
        (["C4", NEXT] * 3, "only one note"),
        (["C4", "E4", NEXT] * 3, "only one chord"),
        (["C4", NEXT, "D4", NEXT, "C4", NEXT], ""),
        (["C4", NEXT], ""),
        (["C4", NEXT, "C4", NEXT], ""),
    ],
)
def test_collapse_is_told_as_such(symbols: Sequence[str], words: str) -> None:
    assert collapse_of(symbols) == words


def test_pieces_of_several_seeds_and_primers_have_names_of_their_own() -> None:
    made = SymbolNetwork("net", NETWORK).compose_all([C3, symbol_primer("F#4")], 2, 7, SymbolSampling(length=5), True)
    assert list(made) == ["c3-1", "c3-2", "f#4-1", "f#4-2"]
    assert [piece.about["seed"] for piece in made.values()] == [7, 8, 7, 8]
    assert made["c3-1"].symbols[0] == "C3"
    assert made["c3-1"].symbols != made["c3-2"].symbols
    without = SymbolNetwork("net", NETWORK).compose_all([C3], 1, 7, SymbolSampling(length=5), False)["c3-1"]
    assert without.symbols == made["c3-1"].symbols[1:]
    assert (without.given, made["c3-1"].given) == (0, 1)


def test_many_pieces_are_drawn_by_the_networks_in_turn_each_with_its_seed() -> None:
    networks = [NETWORK, Stepper(initial_weights(len(SYMBOLS), 8, seed=99))]
    pieces = sample_many(networks, 5, 30, 7)
    for k, piece in enumerate(pieces):
        assert piece.tolist() == sample(networks[k % 2], [END_ID], 30, 7 + k)
    assert sample_many(networks, 1, 30, 7).shape == (1, 30)
    started = sample_many(networks[1:], 1, 30, 7, start=NEXT_ID)[0]
    assert started.tolist() == sample(networks[1], [NEXT_ID], 30, 7)


def test_an_excerpt_is_as_long_as_asked_or_as_the_piece() -> None:
    ids = np.array([40, NEXT_ID] * 10 + [0], dtype=np.uint8)
    assert len(symbol_excerpt("x", "real", ids, 2, 0.5).chords) == 4
    assert len(symbol_excerpt("x", "real", ids, 99, 0.5).chords) == 10


def test_a_primer_moves_and_what_leaves_the_piano_is_refused() -> None:
    assert symbol_primer("C3", 14).symbols == ("D4",)
    for word, semitones, words in (("A0", -1, "off the piano"), ("C8", 1, "off the piano"), ("H3", 0, "not H3")):
        with pytest.raises(UserError, match=words):
            symbol_primer(word, semitones)


def test_what_the_alphabet_cannot_say_of_a_primer_is_told(tmp_path: Path) -> None:
    notes = [(0, 100, 60), (0, 100, 64), (384, 500, 20), (768, 900, 108), (1152, 1300, 67)]
    drums = track([(0, 10, 40), (50, 60, 41)], channel=9)
    own = b"\0\xb0\x40\x7f" + track(notes)[8:]  # the pedal first
    path = tmp_path / "mine.mid"
    path.write_bytes(midi_file([b"MTrk" + len(own).to_bytes(4, "big") + own, drums]))
    primer = symbol_primer(str(path))
    assert primer.symbols == ("C4", "E4", NEXT, "C8", NEXT, "G4", NEXT)
    assert primer.summary == (
        "3 notes and chords of mine; left out, not in the vocabulary: 1 of 5 notes, off the "
        "88 keys, 2 drum notes, durations, rests, loudness, the pedal"
    )
    higher = symbol_primer(str(path), 1)
    assert higher.symbols == ("C#4", "F4", NEXT, "G#4", NEXT)
    assert "1 of 5 notes, off" in higher.summary  # 20 comes on, 108 goes off
    with pytest.raises(UserError, match="mine: moved by 87 semitones, no note of it is on the piano"):
        symbol_primer(str(path), 87)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "cannot be read"), (b"", "is empty"), (b"MThd", "cut short"), (midi_file([track([])]), "no notes")],
)
def test_a_primer_that_is_no_music_is_told_in_a_line(content: bytes | None, words: str, tmp_path: Path) -> None:
    path = tmp_path / "x.mid"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=f"the primer .*{words}"):
        symbol_primer(str(path))


def test_the_networks_primer_is_what_the_parse_stage_would_make_of_it() -> None:
    data = Path("primers/bach-bwv846.mid").read_bytes()
    primer = symbols_in(data, "bach")
    bar = ["C4", "E4", "G4", "C5", "E5", "G4", "C5", "E5"]
    assert [pitch for pitch in primer.symbols if pitch != NEXT][:16] == bar * 2
    assert len(chords_of(primer.symbols)) == 64


CHORDS = ("C3", "E3", NEXT, "G4", NEXT, *(f"{name}{octave}" for octave in (2, 3, 4) for name in "CEG"), NEXT)
PIECE = SymbolPiece("a title", CHORDS, 3, 0.25, {"writer": "net", "seed": 1})


def test_every_form_is_what_it_says_and_as_long_as_the_piece() -> None:
    forms = formats(PIECE, soundfont())
    assert set(forms) == {*MUSIC, *PICTURES, *WAV}
    data = json.loads(forms["json"])
    assert (data["title"], data["seed"], data["given"], tuple(data["notes"])) == ("a title", 1, 3, CHORDS)
    for kind in ("wav", "mp3"):
        sound, rate = soundfile.read(io.BytesIO(forms[kind]))
        assert rate == RATE
        assert sound.shape[1] == 2
        assert 0.75 < len(sound) / rate < 2.5  # three chords, and what rings on
        assert 0.7 < np.abs(sound).max() <= 1
    assert len(forms["mp3"]) < len(forms["wav"]) / 5
    with Image.open(io.BytesIO(forms["score.png"])) as picture:
        assert picture.width == 1600
        assert 0.005 < (np.asarray(picture.convert("L")) < 128).mean() < 0.2  # there is ink, and paper
    assert forms["roll.svg"].count(b"<path") > len(CHORDS)


@pytest.mark.parametrize("pitch", [33, 45, 57, 60, 64, 69, 81, 93])
def test_a_note_sounds_at_its_pitch(pitch: int) -> None:
    """Within a fourth around it the strongest is its fundamental: an octave may be louder, a wrong note not."""
    piece = SymbolPiece("x", (pitch_name(pitch),), 0, 1.0, {})
    sound, rate = soundfile.read(io.BytesIO(formats(piece, soundfont())["wav"]))
    heard = sound[:rate, 0] * np.hanning(rate)
    spectrum = np.abs(np.fft.rfft(heard, 4 * rate))
    frequency = np.arange(len(spectrum)) / 4
    meant = 440 * 2 ** ((pitch - 69) / 12)
    near = (frequency > 0.75 * meant) & (frequency < 1.33 * meant)
    # a piano's strings are tuned a little wider than equal temperament
    assert frequency[near][np.argmax(spectrum[near])] == pytest.approx(meant, rel=0.01)


def test_an_incipit_is_how_the_music_goes_on_after_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for slow in ("render", "to_mp3", "to_wav", "roll_of"):
        monkeypatch.setattr(f"maestro_lstm.export.formats.{slow}", lambda *_: b"")

    def incipit(symbols: tuple[str, ...], given: int) -> bytes | None:
        return formats(SymbolPiece("x", symbols, given, 0.25, {}), soundfont()).get("incipit.png")

    start, music = ("C4", NEXT) * 3, ("G4", NEXT, "E4", "C3", NEXT) * 15
    plain = incipit(music, 0)
    assert incipit(start + music, 6) == plain != incipit(start + music, 0)
    assert plain == incipit(music[: 5 * 12], 0) != incipit(music[: 5 * 11], 0)  # 24 notes and chords
    assert incipit((*start, NEXT, NEXT), 6) is None


def test_a_title_is_shown_as_it_stands() -> None:
    titles = ["$a$", "a", "$a_b^$ & <c> {"]  # the first two would be the same as formulas, the last is none
    assert len({chord_roll(title, [(60,)], 0, 0.5) for title in titles}) == 3


def test_a_piece_without_a_note_has_its_data_alone() -> None:
    forms = formats(SymbolPiece("silence", (NEXT, NEXT), 0, 0.5, {}), soundfont())
    assert set(forms) == {"json"}
    assert json.loads(forms["json"])["told"] == "collapsed: only <NEXT> in 2 symbols"


@pytest.mark.slow
def test_two_processes_make_the_same_bytes_of_every_form() -> None:
    program = (
        "import hashlib; from tests.music.test_pieces import *;"
        "print({end: hashlib.sha256(data).hexdigest() for end, data in formats(PIECE, soundfont()).items()})"
    )
    first, second = (subprocess.check_output([sys.executable, "-c", program]) for _ in range(2))
    assert first == second


def test_a_soundfont_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.sf2 is missing"):
        soundfont(str(tmp_path / "none.sf2"))
    (tmp_path / "bad.sf2").write_bytes(b"RIFFxxxx")
    with pytest.raises(UserError, match=r"bad\.sf2 cannot be played"):
        formats(PIECE, soundfont(str(tmp_path / "bad.sf2")))
