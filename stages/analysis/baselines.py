"""baselines: what counting alone achieves, n-grams."""

from maestro_lstm.data.corpus.pieces import Split
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.analysis.breakdown import over_runs, tally
from maestro_lstm.study.analysis.ngrams import NGram
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.scoring.metrics import metrics_row
from maestro_lstm.study.scoring.scores import summarise
from stages import command, paths
from stages.held_out import groups_of_test

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def main() -> None:
    train, groups = load_ids(paths.encoded("train")), groups_of_test()
    held_out = {split: load_ids(paths.encoded(split)) for split in HELD_OUT}
    rows = []
    for order in load_params().baselines.orders:
        name, model = f"{order}-gram", NGram(train, order)
        for split, ids in held_out.items():
            guesses = model.guesses(ids)
            scores = summarise(guesses, ids[1:])
            rows.append({"predictor": name, "split": split, **scores.rounded()})
            print(f"{name}, {split}: accuracy {scores.accuracy:.2f} %, {scores.nats:.3f} nats")
        write_csv(paths.groups_of_ngram(name), over_runs([tally(guesses, ids[1:], groups)]))  # of test, the last
        shown = (scores.accuracy, 0.0, scores.nats, scores.distinct, scores.next_share)
        write_json(paths.NGRAMS / f"{name}.json", metrics_row(*shown, 1))
    write_csv(paths.BASELINES / "figures.csv", rows)


if __name__ == "__main__":
    command.run(main)
