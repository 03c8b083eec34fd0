"""sample: many pieces of a network from nothing, for the distances: plainly, and as `generate` samples where it does
otherwise.

python -m stages.sample best
"""

from maestro_lstm.generation.compose import play
from maestro_lstm.generation.names import NOTHING
from maestro_lstm.generation.primers import note_primer
from maestro_lstm.generation.sampling import PLAIN_NOTES, PLAIN_SYMBOLS, sample_many
from maestro_lstm.model.checkpoint import load_checkpoint, load_performer
from maestro_lstm.model.device import use_cores
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.params.params import Params
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.tokens.columns import write_performances
from maestro_lstm.tokens.encoded import save_ids
from maestro_lstm.tokens.quantize import dequantize
from stages import command, paths


def of_symbols(params: Params, name: str) -> None:
    """By all seeds of the network in turn."""
    use_cores(1)
    networks = [Stepper(load_checkpoint(path).weights) for path in paths.models(name).values()]
    own, size = params.generate.sampling[name], (params.distances.pieces, params.distances.symbols)
    ways = {"plain": PLAIN_SYMBOLS, **({} if own.is_plain else {"steered": own})}
    with whole_folder(paths.samples(name)) as folder:
        for way, sampling in ways.items():
            ids = sample_many(networks, *size, params.seed, sampling)
            save_ids(folder / f"{way}.safetensors", [ids.ravel()])
    print(f"{name}: {size[0]} pieces of {size[1]:,} symbols")


def of_performances(params: Params, name: str) -> None:
    training, asked = params.networks[name].training, params.play.samples
    use_cores(training.threads if training else 1)
    network = load_performer(paths.model(name, params.seed))
    nothing = note_primer(NOTHING, params.performances.pedal).steps
    seeds = range(params.seed, params.seed + asked.pieces)
    with whole_folder(paths.samples(name)) as folder:
        for way, sampling in (("plain", PLAIN_NOTES), ("steered", params.play.sampling)):
            longer = sampling.model_copy(update={"seconds": float(asked.seconds)})
            pieces = play(network, nothing, seeds, longer)
            write_performances(folder / way, map(dequantize, pieces))
            print(f"{way}: {len(pieces)} pieces of {asked.seconds} seconds, {sum(map(len, pieces)):,} notes")


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    command.by_vocabulary(VOCABULARIES)


if __name__ == "__main__":
    command.run(main)
