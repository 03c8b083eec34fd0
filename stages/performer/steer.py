"""steer: ways of steering, compared by how far what is played is from real performances of the validation split."""

from maestro_lstm.data.corpus.pieces import read_index
from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.data.performances.steps import from_steps
from maestro_lstm.music.names import REAL
from maestro_lstm.music.playing.pieces import play
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.performances.distance import figures_of, halves, outside, way_row, ways_as_text
from stages import command, paths
from stages.performer.player import player


def main() -> None:
    params = load_params()
    asked = params.play.tried
    network, nothing = player(params)
    works = [piece for piece in read_index(paths.PERFORMANCES) if piece.split == "validation"]
    real = [piece.beginning(asked.seconds) for piece in open_performances(paths.PERFORMANCES / "validation")]
    half, other = halves(real, works)
    played = {REAL: other}
    for way in progress(asked.ways, "steer", len(asked.ways), "way"):
        steering = way.steering.model_copy(update={"seconds": float(asked.seconds)})
        seeds = range(params.seed, params.seed + asked.pieces)
        played[way.name] = [from_steps(steps) for steps in play(network, nothing, seeds, steering)]
    minutes = max(asked.seconds // 60, 1)
    rows = [way_row(name, figures_of(pieces, half), outside(pieces, half, minutes)) for name, pieces in played.items()]
    write_csv(paths.PERFORMER / "steering.csv", rows)
    text = ways_as_text(rows)
    write_text(paths.PERFORMER / "steering.md", text + "\n")
    print(text)


if __name__ == "__main__":
    command.run(main)
