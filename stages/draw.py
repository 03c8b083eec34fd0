"""draw: many pieces of a network, for figures: plainly, and as `generate` steers it where it does.

python -m stages.draw best
"""

from maestro_lstm.checkpoint import load_checkpoint
from maestro_lstm.composing import compose_many, steering_of
from maestro_lstm.compute import use_cores
from maestro_lstm.encoded import save_ids
from maestro_lstm.engines.stepping import Stepper
from maestro_lstm.files import whole_folder
from maestro_lstm.params import load_params
from maestro_lstm.sampling import PLAIN
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_cores(1)
    networks = [Stepper(load_checkpoint(path).weights) for path in paths.models(name).values()]
    ways = {"plain": PLAIN, "steered": steering_of(params.generate.drawing[name])}
    size = params.distances.pieces, params.distances.symbols
    with whole_folder(paths.DRAWN / name) as folder:
        for way, steering in ways.items():
            if way == "plain" or steering != PLAIN:
                save_ids(folder / f"{way}.safetensors", compose_many(networks, *size, params.seed, steering))
    print(f"{name}: {size[0]} pieces of {size[1]:,} symbols")


if __name__ == "__main__":
    command.run(main)
