"""How long 10,000 symbols take to draw, one after the other, a note to play, and a piece in all its forms; on one core.

`python -m benchmarks.generation`, two minutes; the table, and benchmarks/generation.json with the machine.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from unittest.mock import patch

from benchmarks import machine
from benchmarks.measure import Figure, Way, compare, table
from maestro_lstm.export.formats import formats
from maestro_lstm.export.sound import soundfont
from maestro_lstm.generation.compose import play
from maestro_lstm.generation.primers import note_primer, symbol_primer
from maestro_lstm.generation.sampling import NoteSampling, SymbolSampling, sample
from maestro_lstm.model.checkpoint import load_performer
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.network import initial_weights
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.model.predictors import predictor
from maestro_lstm.model.stepper import Stepper, stepping
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.pretrained.networks import network_file
from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS
from maestro_lstm.trained.load import SymbolNetwork

RESULTS = Path("benchmarks/generation.json")
START = SYMBOLS.index("C3")
NETWORKS = {"1 × 64": (64, 1, False), "2 × 384, skips": (384, 2, True)}  # the paper's, and `best`


def drawing(count: int = 10_000) -> list[Figure]:
    figures = []
    for name, (hidden, layers, skips) in NETWORKS.items():
        weights = initial_weights(len(SYMBOLS), hidden, 0, layers, skips)
        ways: dict[str, Predictor] = {"torch": predictor(weights, "torch"), "a step": Stepper(weights)}
        timed = {way: Way(lambda n=n: sample(n, [START], count, seed=0), 1) for way, n in ways.items()}  # type: ignore[misc]
        figures += compare(f"{count:,} symbols, {name}", timed, "torch", "s", 1, rounds=3)
    return figures


def playing(seconds: float = 20) -> list[Figure]:
    """The network that plays, as torch's layers and a step at a time; the same notes."""
    network, nothing = load_performer(network_file("performer")), note_primer("nothing", "folded").steps
    wanted = NoteSampling(seconds=seconds)

    def play_by(layers: Callable[[Performer], Performer]) -> None:
        with patch("maestro_lstm.generation.player.stepping", layers):
            play(network, nothing, [0], wanted)

    notes = len(play(network, nothing, [0], wanted)[0])
    ways = {"torch": Way(lambda: play_by(lambda same: same), notes), "a step": Way(lambda: play_by(stepping), notes)}
    return compare("a note of the performer", ways, "torch", "ms", 1e3, rounds=3)


def writing() -> list[Figure]:
    """Thirty seconds in all forms; of an untrained network that is made to end its chords."""
    weights = initial_weights(len(SYMBOLS), 64, 0)
    weights["output.bias"][NEXT_ID] += 3
    wanted = SymbolSampling(length=30, unit="seconds")
    made = SymbolNetwork("x", Stepper(weights)).compose_all([symbol_primer("C3")], 1, 0, wanted, keep_primer=True)
    way = Way(lambda: formats(made["c3-1"], soundfont()), 1)
    return compare("30 seconds as MIDI, MusicXML, MP3, WAV, score and roll", {"all": way}, "all", "s", 1, rounds=3)


def main() -> None:
    use_cores(1)
    figures = [asdict(figure) for figure in (*drawing(), *playing(), *writing())]
    write_json(RESULTS, {"machine": machine.describe(), "figures": figures})
    print(table(figures))
    print(f"\n{machine.processor()}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
