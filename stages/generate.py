"""generate: a network goes on from one start note, as MIDI and MusicXML (paper §5.2.2).

python -m stages.generate paper
"""

from maestro_lstm.checkpoint import load_checkpoint
from maestro_lstm.compute import pick_engine, use_cores
from maestro_lstm.engines.predictors import predictor
from maestro_lstm.files import whole_folder, write_json, write_text
from maestro_lstm.music import chords_of, score_of, to_midi, to_musicxml
from maestro_lstm.params import load_params
from maestro_lstm.sampling import sample
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_cores(1)
    checkpoint = load_checkpoint(paths.model(name, params.seed))
    start = params.generate.start
    network = predictor(checkpoint.weights, *pick_engine(params.engine, params.device))
    drawn = sample(network, [checkpoint.symbols.index(start)], params.generate.symbols, params.seed)
    symbols = [checkpoint.symbols[i] for i in drawn]

    with whole_folder(paths.GENERATED / name) as folder:
        write_json(folder / "symbols.json", {"notes": [start, *symbols]}, indent=None)
        if chords_of(symbols):
            chords = chords_of([start, *symbols])
            score = score_of(chords, f"Network {name}, from {start}, seed {params.seed}")
            (folder / "music.mid").write_bytes(to_midi(score))
            (folder / "music.musicxml").write_bytes(to_musicxml(score))
            told = f"{len(chords)} notes and chords from {start} on, the largest of {max(map(len, chords))} notes"
        else:
            drew = ", ".join(f"{symbols.count(symbol)} {symbol}" for symbol in sorted(set(symbols)))
            told = f"no music: after {start} the network drew {len(symbols)} symbols, no pitch among them ({drew})"
        write_text(folder / "about.txt", f"{name}: {told}\n")
    print(f"{name}: {told}")


if __name__ == "__main__":
    command.run(main)
