"""floors: what counting alone achieves, with no network: an n-gram.

python -m stages.floors 4
"""

from maestro_lstm.encoded import load_ids
from maestro_lstm.files import write_json
from maestro_lstm.ngrams import NGram
from maestro_lstm.params import load_params
from maestro_lstm.splits import Split
from stages import command, paths

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def main() -> None:
    order = int(command.choice("order", [str(order) for order in load_params().floors.orders]))
    model = NGram(load_ids(paths.encoded("train")), order)
    for split in HELD_OUT:
        scores = model.evaluate(load_ids(paths.encoded(split)))
        write_json(paths.METRICS / "evaluate" / split / f"{order}-gram.json", scores.rounded())
        print(f"{order}-gram, {split}: accuracy {scores.accuracy:.2f} %, {scores.nats:.3f} nats")


if __name__ == "__main__":
    command.run(main)
