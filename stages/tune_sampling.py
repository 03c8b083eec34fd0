"""tune_sampling: ways of sampling, compared by how far what is played is from the validation split's performances."""

from maestro_lstm.corpus.index import composers_of, works_of
from maestro_lstm.evaluation.measures import Collection, halves
from maestro_lstm.evaluation.note_distances import four_parts, note_figures, outside, way_row
from maestro_lstm.generation.compose import play
from maestro_lstm.generation.names import NOTHING, REAL
from maestro_lstm.generation.primers import note_primer
from maestro_lstm.model.checkpoint import load_performer
from maestro_lstm.model.device import use_cores
from maestro_lstm.params.params import PERFORMER, load_params
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.distances import ways_as_text
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.quantize import dequantize
from stages import command, paths


def main() -> None:
    params = load_params()
    asked = params.play.tried
    training = params.networks[PERFORMER].training
    use_cores(training.threads if training else 1)
    network = load_performer(paths.model(PERFORMER, params.seed))
    nothing = note_primer(NOTHING, params.performances.pedal).steps
    real = [piece.beginning(asked.seconds) for piece in open_performances(paths.PERFORMANCES / "validation")]
    half, other = halves(
        Collection(real, works_of("validation", paths.PERFORMANCES, paths.WORKS)),
        composers_of("validation", paths.PERFORMANCES),
        four_parts,
    )
    played = {REAL: other}
    for way in progress(asked.ways, "tune", len(asked.ways), "way"):
        sampling = way.sampling.model_copy(update={"seconds": float(asked.seconds)})
        seeds = range(params.seed, params.seed + asked.pieces)
        pieces = [dequantize(steps) for steps in play(network, nothing, seeds, sampling)]
        played[way.name] = Collection.of_different(pieces)
    minutes = max(asked.seconds // 60, 1)
    rows = [
        way_row(name, note_figures(some, half), outside(some.pieces, half.pieces, minutes))
        for name, some in played.items()
    ]
    write_csv(paths.PERFORMER / "sampling.csv", rows)
    text = ways_as_text(rows)
    write_text(paths.PERFORMER / "sampling.md", text + "\n")
    print(text)


if __name__ == "__main__":
    command.run(main)
