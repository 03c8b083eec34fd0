"""distances: how far the networks' music is from real music, beside other real music.

python -m stages.distances symbols
"""

import numpy as np

from maestro_lstm.corpus.index import composers_of, works_of
from maestro_lstm.evaluation import note_distances, symbol_distances
from maestro_lstm.evaluation.measures import Collection, halves, interval_rows
from maestro_lstm.evaluation.passages import in_any_key
from maestro_lstm.generation.names import REAL
from maestro_lstm.params.params import PERFORMER, Params, load_params
from maestro_lstm.plumbing.errors import NotMade
from maestro_lstm.plumbing.files import write_bytes, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.distances import minutes_as_text, performances_as_text, symbols_as_text
from maestro_lstm.report.pictures import chord_sizes_picture
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.transpose import split_at_ends
from maestro_lstm.tokens.vocabulary import Ids
from stages import command, paths


def of_symbols(params: Params) -> None:
    """Pitches, chords and intervals; and chord sizes."""
    symbols = params.distances.symbols
    test = Collection(split_at_ends(load_ids(paths.encoded("test"))), works_of("test", paths.PARSED, paths.WORKS))
    half, other = symbol_distances.beginnings(test, composers_of("test", paths.PARSED), symbols)
    writers: dict[str, Collection[Ids]] = {REAL: other}
    for name in params.trained_networks:
        found = sorted(paths.samples(name).glob("*.safetensors"))
        if not found:
            raise NotMade(f"{paths.samples(name)} is missing or empty")
        for path in found:
            writer = name if path.stem == "plain" else f"{name}-{path.stem}"
            writers[writer] = Collection.of_different(list(load_ids(path).reshape(-1, symbols)))
    reference = symbol_distances.set_of(half)
    training = load_ids(paths.encoded("train"))
    in_keys = np.concatenate([in_any_key(piece) for piece in split_at_ends(training)])
    sets = {name: symbol_distances.set_of(some) for name, some in writers.items()}
    points = symbol_distances.chord_size_points(sets)
    write_csv(paths.DISTANCES / "chord_sizes.csv", points)
    write_bytes(paths.DISTANCES / "chord_sizes.svg", chord_sizes_picture(points))
    by_writer = {name: symbol_distances.symbol_figures(one, reference, training, in_keys) for name, one in sets.items()}
    write_csv(paths.DISTANCES / "intervals.csv", interval_rows(by_writer))
    text = symbols_as_text(by_writer)
    write_text(paths.DISTANCES / "table.md", text)
    print(text)


def of_performances(params: Params) -> None:
    """Time, velocity and voices; and minute by minute."""
    seconds = params.play.samples.seconds
    real = [piece.beginning(seconds) for piece in open_performances(paths.PERFORMANCES / "test")]
    half, other = halves(
        Collection(real, works_of("test", paths.PERFORMANCES, paths.WORKS)),
        composers_of("test", paths.PERFORMANCES),
        note_distances.four_parts,
    )
    writers = {REAL: other}
    for way in ("plain", "steered"):
        played = list(open_performances(paths.samples(PERFORMER) / way))
        writers[f"{PERFORMER}, {way}"] = Collection.of_different(played)
    training = list(open_performances(paths.PERFORMANCES / "train"))
    figures = {
        name: note_distances.note_figures(some, half) | note_distances.by_heart(some, training)
        for name, some in writers.items()
    }
    minutes = max(seconds // 60, 1)
    collapse = {name: note_distances.outside(some.pieces, half.pieces, minutes) for name, some in writers.items()}
    write_csv(paths.PERFORMER / "distances.csv", interval_rows(figures))
    by_minute = minutes_as_text({name: some.pieces for name, some in writers.items()}, minutes)
    text = f"{performances_as_text(figures, collapse)}\n\n{by_minute}"
    write_text(paths.PERFORMER / "distances.md", text + "\n")
    print(text)


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    VOCABULARIES[command.choice("vocabulary", tuple(VOCABULARIES))](load_params())


if __name__ == "__main__":
    command.run(main)
