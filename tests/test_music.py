"""Symbols ↔ music: what is written is read back, whatever the symbols are."""

import subprocess
import sys
from xml.etree import ElementTree

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from maestro_lstm.chords import chord_stream, symbols_of
from maestro_lstm.engines.network import Network
from maestro_lstm.engines.predictors import TorchPredictor
from maestro_lstm.music import chords_of, score_of, to_midi, to_musicxml
from maestro_lstm.notes import notes_from_bytes
from maestro_lstm.sampling import sample
from maestro_lstm.symbols import END, NEXT, NEXT_ID, SYMBOLS


def test_chords_are_gathered_until_a_mark() -> None:
    symbols = ["C4", "E4", "C4", NEXT, NEXT, "B-1", END, END, "A0"]
    assert chords_of(symbols) == [(60, 64), (34,), (21,)]
    assert chords_of([]) == chords_of([NEXT, END]) == []


@given(st.lists(st.sampled_from(SYMBOLS), max_size=20))
@settings(deadline=None, max_examples=15)
def test_any_symbols_are_written_and_read_back(symbols: list[str]) -> None:
    chords = chords_of(symbols)
    if chords:
        score = score_of(chords, "any")
        read = chords_of(symbols_of(chord_stream(notes_from_bytes(to_midi(score)), "clean")))
        assert read == [tuple(sorted(chord)) for chord in chords]
        notes = ElementTree.fromstring(to_musicxml(score)).iter("note")
        assert sum(note.find("pitch") is not None for note in notes) == sum(map(len, chords))


def test_two_processes_write_the_same_bytes() -> None:
    program = (
        "import hashlib; from maestro_lstm.music import *;"
        "score = score_of([(60, 64), (70,)], 'twice');"
        "print(hashlib.sha256(to_midi(score) + to_musicxml(score)).hexdigest())"
    )
    first, second = (subprocess.check_output([sys.executable, "-c", program]) for _ in range(2))
    assert first == second


def test_the_same_seed_draws_the_same_music() -> None:
    torch.manual_seed(0)
    network = Network(90, 8, "scratch")
    one, same, other = (sample(TorchPredictor(network, "cpu"), [27], 50, seed) for seed in (1, 1, 2))
    assert one == same != other
    assert len(one) == 50


def test_symbols_are_drawn_from_the_networks_distribution() -> None:
    network = Network(3, 4, "scratch")
    with torch.no_grad():
        network.output.weight.zero_()
        network.output.bias.copy_(torch.log(torch.tensor([0.2, 0.5, 0.3])))
    drawn = sample(TorchPredictor(network, "cpu"), [0], 3000, seed=0)
    for symbol, p in enumerate([0.2, 0.5, 0.3]):
        assert abs(drawn.count(symbol) / 3000 - p) < 0.04  # over four standard errors


def test_a_collapsed_network_draws_only_next() -> None:
    network = Network(90, 4, "scratch")
    with torch.no_grad():
        network.output.bias[NEXT_ID] = 1e4
    assert set(sample(TorchPredictor(network, "cpu"), [27], 30, seed=0)) == {NEXT_ID}
