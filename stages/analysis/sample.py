"""sample: many pieces of a network, for the distances: plainly, and steered as `generate` does where it steers.

python -m stages.analysis.sample best
"""

from maestro_lstm.data.vocabulary.encoded import save_ids
from maestro_lstm.model.networks.device import use_cores
from maestro_lstm.music.composing.pieces import compose_many
from maestro_lstm.music.composing.sampling import PLAIN
from maestro_lstm.music.composing.stepper import Stepper
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.study.params.file import load_params
from maestro_lstm.weights.checkpoint import load_checkpoint
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_cores(1)
    networks = [Stepper(load_checkpoint(path).weights) for path in paths.models(name).values()]
    ways = {"plain": PLAIN, "steered": params.generate.sampling[name].steering}
    size = params.distances.pieces, params.distances.symbols
    with whole_folder(paths.SAMPLES / name) as folder:
        for way, steering in ways.items():
            if way == "plain" or steering != PLAIN:
                save_ids(folder / f"{way}.safetensors", [compose_many(networks, *size, params.seed, steering)])
    print(f"{name}: {size[0]} pieces of {size[1]:,} symbols")


if __name__ == "__main__":
    command.run(main)
