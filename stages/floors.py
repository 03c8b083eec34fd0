"""floors: what counting alone achieves, with no network: an n-gram.

python -m stages.floors 4
"""

from maestro_lstm.breakdown import over_runs, tally
from maestro_lstm.encoded import load_ids
from maestro_lstm.files import write_csv, write_json
from maestro_lstm.ngrams import NGram
from maestro_lstm.params import load_params
from maestro_lstm.scores import summarise
from maestro_lstm.splits import Split
from stages import command, paths
from stages.tested import groups_of_test

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def main() -> None:
    order = int(command.choice("order", [str(order) for order in load_params().floors.orders]))
    model = NGram(load_ids(paths.encoded("train")), order)
    groups = groups_of_test()
    for split in HELD_OUT:
        ids = load_ids(paths.encoded(split))
        said = model.guesses(ids)
        scores = summarise(said, ids[1:])
        write_json(paths.METRICS / "evaluate" / split / f"{order}-gram.json", scores.rounded())
        if split == "test":
            write_csv(paths.breakdown(f"{order}-gram"), over_runs([tally(said, ids[1:], groups)]))
        print(f"{order}-gram, {split}: accuracy {scores.accuracy:.2f} %, {scores.nats:.3f} nats")


if __name__ == "__main__":
    command.run(main)
