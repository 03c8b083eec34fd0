"""play_long: long pieces of the network that plays, from nothing, plainly and steered as `play` steers."""

from maestro_lstm.data.performances.columns import write_performances
from maestro_lstm.data.performances.steps import Steps, from_steps
from maestro_lstm.music.playing.pieces import play
from maestro_lstm.music.playing.steering import PLAIN
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.study.params.file import load_params
from stages import command, paths
from stages.performer.player import player


def main() -> None:
    params = load_params()
    asked = params.play.samples
    network, nothing = player(params)
    seeds = range(params.seed, params.seed + asked.pieces)
    with whole_folder(paths.PLAYED) as folder:
        for way, steering in (("plain", PLAIN), ("steered", params.play.steering)):
            longer = steering.model_copy(update={"seconds": float(asked.seconds)})
            pieces: list[Steps] = play(network, nothing, seeds, longer)
            write_performances(folder / way, map(from_steps, pieces))
            print(f"{way}: {len(pieces)} pieces of {asked.seconds} seconds, {sum(map(len, pieces)):,} notes")


if __name__ == "__main__":
    command.run(main)
