"""Music by the network that plays: what sounds meanwhile, targets, ends, primers and forms."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import symusic
import torch

from maestro_lstm.export.formats import formats
from maestro_lstm.export.roll import pedal_spans
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.compose import play
from maestro_lstm.generation.names import file_name
from maestro_lstm.generation.pieces import NotePiece, few_keys, note_excerpt
from maestro_lstm.generation.player import Player, Sounding
from maestro_lstm.generation.primers import MOST, note_primer
from maestro_lstm.generation.sampling import PLAIN_NOTES, NoteSampling
from maestro_lstm.model.note_rows import Said, batch_of
from maestro_lstm.model.stepper import stepping
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.tokens.note_tokens import FIELDS, KEYS, START, to_rows
from maestro_lstm.tokens.performance import PEDAL_DOWN, PEDAL_UP, Performance
from maestro_lstm.tokens.quantize import CLASS_OF, Steps, quantize
from maestro_lstm.tokens.reading import read_performance
from maestro_lstm.tokens.writing import to_midi
from maestro_lstm.trained.load import NoteNetwork
from maestro_lstm.web.music_page import Entry, page
from tests.performances import made, network

NOTHING = note_primer("nothing", "folded").steps
TEN = NoteSampling(seconds=10)


def voices(steps: Steps) -> int:
    """The most notes that sound at once."""
    return max(int(((steps.onset <= time) & (steps.release > time)).sum()) for time in steps.onset.tolist())


def test_what_sounds_meanwhile_is_what_rows_say_of_the_whole() -> None:
    rows, sounding = to_rows(quantize(made(3, 200, 20.0))), Sounding(1)
    for k in range(1, len(rows)):
        left = sounding.move(np.array([int(rows.delta[k])]))
        assert left[0].tolist() == rows.left[k].tolist()
        sounding.strike(np.array([int(rows.pitch[k])]), np.array([int(rows.duration[k])]))
        assert sounding.ends[0].tolist() == rows.ends[k].tolist()


def test_a_player_goes_on_from_a_primer_as_if_it_had_played_it() -> None:
    """All that the next note depends on is what `to_rows` and the network say of the whole."""
    rows = to_rows(quantize(made(3, 40, 10.0)))
    player = Player(network(), [5], PLAIN_NOTES)
    player.feed(rows)
    assert [int(field[0]) for field in player.last] == [int(getattr(rows, name)[-1]) for name in FIELDS]
    assert player.left[0].tolist() == rows.left[-1].tolist()
    assert player.sounding.ends[0].tolist() == rows.ends[-1].tolist()
    assert player.sounding.now[0] == rows.delta.astype(int).sum()
    with torch.inference_mode():
        _, expected = network().run(batch_of([(rows, 0)], len(rows) - 1).before)  # of all but the last
    torch.testing.assert_close(player.state, expected, rtol=1e-5, atol=1e-5)
    silent = Player(network(), [5], PLAIN_NOTES)
    silent.feed(to_rows(NOTHING))
    assert silent.last.pitch.tolist() == [START]


def test_notes_and_times_have_a_temperature_each() -> None:
    ways = NoteSampling(temperature=1e-3), NoteSampling(time_temperature=1e-3)
    notes = [Player(network(), range(20), sampling).play() for sampling in ways]
    waits = [CLASS_OF[note.delta].tolist() for note in notes]
    said = [set(zip(wait, note.pitch.tolist(), strict=True)) for wait, note in zip(waits, notes, strict=True)]
    assert len(said[0]) == len(set(waits[0])) > 1  # after a wait always the same key
    assert len(said[1]) > 1 == len(set(waits[1]))


@torch.inference_mode()
def test_a_step_at_a_time_is_the_network_run_over_the_whole() -> None:
    player = network()
    batch = batch_of([(to_rows(quantize(made(k, 30))), 0) for k in range(3)], 30)
    whole, _ = player.run(batch.before)
    steps, state = stepping(player), None
    for k in range(30):
        shown, state = steps.run(Said(*(column[k : k + 1] for column in batch.before)), state)
        torch.testing.assert_close(shown[0], whole[k], rtol=1e-5, atol=1e-5)


def test_nothing_sounds_on_after_the_end_and_the_same_seed_plays_the_same() -> None:
    one, other, again = play(network(), NOTHING, [1, 2, 1], TEN)
    assert one.release.max() <= 1000
    assert one.onset.max() < 1000
    assert one.pitch.tolist() == again.pitch.tolist() != other.pitch.tolist()
    (alone,) = play(network(), NOTHING, [1], TEN)
    for name in ("onset", "release", "pitch", "bin"):  # beside others, too
        assert getattr(alone, name).tolist() == getattr(one, name).tolist() == getattr(again, name).tolist()


def test_at_most_so_many_notes_sound_at_once() -> None:
    free = play(network(), NOTHING, [1], TEN)[0]
    assert voices(free) > 3
    for most in (1, 3):
        (steps,) = play(network(), NOTHING, [1], TEN.model_copy(update={"polyphony": most}))
        heard = read_performance(to_midi(_performance(steps)), "a", "folded")
        assert voices(quantize(heard)) <= most


def _performance(steps: Steps) -> Performance:
    return Performance(steps.onset / 100, steps.release / 100, steps.pitch, (steps.bin * 4 - 1).astype(np.uint8))


@pytest.mark.parametrize("density", [2.0, 20.0])
def test_density_is_kept_to(density: float) -> None:
    pieces = play(network(), NOTHING, range(4), NoteSampling(seconds=60, density=density))
    free = play(network(), NOTHING, range(4), NoteSampling(seconds=60))
    heard, plain = (float(np.mean([len(piece) for piece in some])) / 60 for some in (pieces, free))
    assert abs(np.log(heard / density)) < abs(np.log(plain / density))


@pytest.mark.parametrize("loudness", [30.0, 100.0])
def test_loudness_is_kept_to(loudness: float) -> None:
    (piece,) = play(network(), NOTHING, [1], NoteSampling(seconds=120, loudness=loudness))
    half = piece.bin[len(piece) // 2 :].astype(float) * 4 - 1
    assert abs(half.mean() - loudness) < 12


def test_a_low_temperature_and_a_small_nucleus_play_the_likeliest() -> None:
    cold = NoteSampling(seconds=5, temperature=1e-3, time_temperature=1e-3)
    narrow = NoteSampling(seconds=5, top_p=1e-6, time_top_p=1e-6)
    pitches = [play(network(), NOTHING, [seed], how)[0].pitch.tolist() for how in (cold, narrow) for seed in (1, 2)]
    assert all(one[:5] == pitches[0][:5] for one in pitches)


def test_the_pedal_goes_down_and_up_in_turn_and_is_up_at_the_end() -> None:
    (steps,) = play(network(pedal=True, spread=1.0), NOTHING, [1], NoteSampling(seconds=60))
    pedal = steps.pitch[steps.pitch >= PEDAL_UP].tolist()
    assert pedal
    assert pedal == [(PEDAL_DOWN, PEDAL_UP)[k % 2] for k in range(len(pedal))]
    assert pedal[-1] == PEDAL_UP
    data = to_midi(_performance(steps))
    assert data.count(b"\xb0\x40\x7f") + data.count(b"\x40\x7f") >= 1
    again = read_performance(data, "a", "events")
    assert (again.pitch >= PEDAL_UP).sum() == len(pedal)


def test_the_primer_is_kept_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "mine.mid"
    path.write_bytes(to_midi(made(0, 20, 5.0)))
    primer = note_primer(str(path), "folded")
    (kept,) = NoteNetwork("x", network()).compose_all([primer], 1, 0, TEN, True).values()
    (bare,) = NoteNetwork("x", network()).compose_all([primer], 1, 0, TEN, False).values()
    assert kept.given == len(primer.steps) == 20
    assert kept.performance.pitch[:20].tolist() == primer.steps.pitch.tolist()
    assert bare.given == 0
    assert bare.performance.pitch.tolist() == kept.performance.pitch[20:].tolist()
    assert bare.performance.onset[0] == 0
    begin = primer.steps.onset[-1] / 100
    assert kept.performance.onset[20] >= begin
    assert kept.performance.release[20:].max() <= begin + 10.001


def test_a_key_is_a_primer_moved_and_not_off_the_piano() -> None:
    assert note_primer("C3", "folded", 2).steps.pitch.tolist() == [50]
    with pytest.raises(UserError, match="C3 moved by 90 semitones is off the piano"):
        note_primer("C3", "folded", 90)
    with pytest.raises(UserError, match=r"nothing, a piano key such as C3, .* not H7"):
        note_primer("H7", "folded")


def midi_with(tracks: list[tuple[bool, Performance]], tempo: float = 120.0) -> bytes:
    score: Any = symusic.Score(480)
    score.tempos.append(symusic.Tempo(0, tempo))
    score.tempos.append(symusic.Tempo(960, tempo / 2))
    for drums, piece in tracks:
        track: Any = symusic.Track("x", 0, drums)
        for k in range(len(piece)):
            start = int(piece.onset[k] * 960)
            track.notes.append(symusic.Note(start, 100, int(piece.pitch[k]), int(piece.velocity[k])))
        score.tracks.append(track)
    data: bytes = score.dumps_midi()
    return data


BAD = {
    "drums": (midi_with([(True, made(0, 9))]), r"holds no notes but drums'"),
    "empty": (b"", r"is empty"),
    "no-notes": (midi_with([]), r"holds no notes"),
    "cut": (to_midi(made(0, 9))[:-20], r"is cut short"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_primer_that_is_none_is_refused_in_a_line(name: str, tmp_path: Path) -> None:
    data, words = BAD[name]
    path = tmp_path / "mine.mid"
    path.write_bytes(data)
    with pytest.raises(UserError, match=rf"^the primer .*mine\.mid: {words}") as raised:
        note_primer(str(path), "folded")
    assert "\n" not in str(raised.value)


def test_a_primer_of_one_note_with_a_tempo_map_and_one_of_fifty_thousand(tmp_path: Path) -> None:
    path = tmp_path / "mine.mid"
    path.write_bytes(midi_with([(False, made(0, 1))]))
    one = note_primer(str(path), "folded")
    assert len(one.steps) == 1
    assert len(play(network(), one.steps, [0], NoteSampling(seconds=2))[0]) > 0
    path.write_bytes(to_midi(made(0, 50_000, 5000.0)))
    many = note_primer(str(path), "folded")
    assert many.summary.startswith(f"the last {MOST:,} of ")
    (piece,) = play(network(), many.steps, [0], NoteSampling(seconds=2))
    assert many.steps.onset[-1] <= piece.onset.min()
    assert piece.release.max() <= many.steps.onset[-1] + 200


def test_notes_off_the_piano_are_left_out_and_told(tmp_path: Path) -> None:
    path, piece = tmp_path / "mine.mid", made(0, 9)
    piece.pitch[:4] = 5
    path.write_bytes(to_midi(piece))
    primer = note_primer(str(path), "folded")
    assert len(primer.steps) == 5
    assert "left out 4 off the piano" in primer.summary
    with pytest.raises(UserError, match="no note of it is on the piano's 88 keys"):
        note_primer(str(path), "folded", -120)


def test_what_collapsed_is_told() -> None:
    assert few_keys(np.array([], np.uint8)) == "silence"
    assert few_keys(np.full(5, 60, np.uint8)) == "one note"
    assert few_keys(np.tile(np.array([60, 64], np.uint8), 40)) == "two or three notes"
    assert few_keys(made(0, 50).pitch) == ""
    empty = Performance(np.zeros(0), np.zeros(0), np.zeros(0, np.uint8), np.zeros(0, np.uint8))
    assert NotePiece("", empty, 0, {}).summary == "silence"
    assert NotePiece("", made(0, 50), 0, {}).summary.startswith("50 notes in ")


def test_the_forms_of_a_piece_say_the_same() -> None:
    piece = note_excerpt("<b>", "real", made(0, 60, 10.0), 5.0)
    forms = formats(piece, soundfont())
    data = json.loads(forms["json"])
    heard = read_performance(forms["mid"], "a", "folded")
    assert len(data["notes"]["pitch"]) == len(piece.performance) == len(heard)
    assert piece.performance.release.max() <= 5
    assert forms["roll.svg"].startswith(b"<?xml")
    assert b"<b>" not in forms["roll.svg"]
    assert forms == formats(piece, soundfont())
    assert set(formats(NotePiece("", made(0, 0), 0, {}), soundfont())) == {"json"}


def test_a_performance_is_on_the_page_without_a_score() -> None:
    (piece,) = NoteNetwork("performer", network()).compose_all([note_primer("C3", "folded")], 1, 7, TEN, True).values()
    forms = formats(piece, soundfont())
    files = {end: f"performer/{file_name('c3-1', end)}" for end in forms}
    shown = page({"From C3, seed 7": [Entry("performer", json.loads(forms["json"]), files)]}, "Ours.").decode()
    for words in ("c3-1-roll.svg", "c3-1.mp3", "<dt>seconds</dt><dd>10.0</dd>", "<dt>time top p</dt><dd>1.0</dd>"):
        assert words in shown
    assert "score.png" not in shown
    assert "MusicXML" not in shown


def test_the_sound_is_as_loud_as_the_notes() -> None:
    """Velocity and release are heard: two notes, one soft, one loud, with silence after each."""
    two = Performance(
        np.array([0.0, 2.0]), np.array([0.5, 2.5]), np.array([60, 60], np.uint8), np.array([30, 110], np.uint8)
    )
    sound, rate = soundfile.read(io.BytesIO(formats(NotePiece("", two, 0, {}), soundfont())["wav"]))

    def level(begin: float, end: float) -> float:
        return float(np.sqrt((sound[int(begin * rate) : int(end * rate)] ** 2).mean()))

    assert level(2.0, 2.5) > 3 * level(0.0, 0.5) > 0
    assert level(1.5, 1.9) < 0.1 * level(0.0, 0.5)


def test_the_pedal_is_down_in_spans() -> None:
    rows = Performance(
        np.array([0.0, 1, 2, 3]),
        np.array([0.5, 1, 2, 3]),
        np.array([60, 129, 128, 129], np.uint8),
        np.zeros(4, np.uint8),
    )
    assert pedal_spans(rows, 5.0) == [(1.0, 2.0), (3.0, 5.0)]


def test_all_keys_of_the_piano_can_be_played() -> None:
    pieces = play(network(spread=0.1), NOTHING, range(8), NoteSampling(seconds=60))
    keys = {int(pitch) for piece in pieces for pitch in piece.pitch}
    assert keys <= set(range(21, 109))
    assert len(keys) > KEYS // 2
