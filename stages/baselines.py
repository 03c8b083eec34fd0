"""baselines: what counting alone achieves.

python -m stages.baselines symbols
"""

import numpy as np

from maestro_lstm.corpus.index import HELD_OUT, Split, composers_of
from maestro_lstm.evaluation.baselines import KNESER_NEY, Histograms, KneserNey, NGram
from maestro_lstm.evaluation.breakdown import event_counts, groups_of, over_runs, tally
from maestro_lstm.evaluation.likelihood import Guesses, Scores, guesses, summarise
from maestro_lstm.evaluation.match_model import predict, shares_of, with_matches
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import metrics_row
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.note_tokens import FIELDS
from stages import command, paths

ORDERS = {"histograms": 0, "first order": 1}  # of the notes' fields


def of_symbols() -> None:
    """n-grams; of the strongest, the order is chosen on validation, and it is tried with the piece's memory, too."""
    train, held_out = load_ids(paths.encoded("train")), {split: load_ids(paths.encoded(split)) for split in HELD_OUT}
    groups = groups_of(held_out["test"], composers_of("test", paths.PARSED))
    asked, rows = load_params().baselines, []

    def told(name: str, split: Split, said: Guesses) -> Scores:
        scores = summarise(said, held_out[split][1:])
        rows.append({"predictor": name, "split": split, **scores.rounded()})
        print(f"{name}, {split}: accuracy {scores.accuracy:.2f} %, {scores.nats:.3f} nats")
        if split == "test":
            write_csv(paths.groups_of_ngram(name), over_runs([tally(said, held_out[split][1:], groups)]))
            shown = (scores.accuracy, 0.0, scores.nats, scores.distinct, scores.next_share)
            write_json(paths.NGRAMS / f"{name}.json", metrics_row(*shown, 1))
        return scores

    for order in asked.orders:
        model = NGram(train, order)
        for split, ids in held_out.items():
            told(f"{order}-gram", split, guesses(model, ids[:-1], ids[1:]))
    tried = {}
    for order in asked.kneser_ney:
        strong = KneserNey(train, order)
        learned = predict(strong, held_out["validation"])
        scores = told(f"{KNESER_NEY} {order}", "validation", learned.said)
        tried[scores.nats] = (strong, shares_of(learned))
    strong, shares = tried[min(tried)]
    found = predict(strong, held_out["test"])
    told(KNESER_NEY, "test", found.said)
    told(f"{KNESER_NEY}-memory", "test", with_matches(found, shares))
    write_csv(paths.BASELINES / "figures.csv", rows)


def of_performances() -> None:
    """Each field of a note by itself, and after its value in the note before."""
    histograms, rows = Histograms(open_performances(paths.PERFORMANCES / "train")), []
    for split in HELD_OUT:
        pieces = list(open_performances(paths.PERFORMANCES / split))
        events = int(event_counts(pieces).sum())
        for name, order in ORDERS.items():
            cost = np.concatenate([histograms.cost(piece, order) for piece in pieces])
            fields = {field: round(float(nats), 4) for field, nats in zip(FIELDS, cost.mean(axis=0), strict=True)}
            note, event = float(cost.sum() / len(cost)), float(cost.sum() / events)
            figures = {"nats_note": round(note, 4), "nats_event": round(event, 4)}
            rows.append({"predictor": name, "split": split, **figures, **fields})
            print(f"{name}, {split}: {figures['nats_event']} nats an event, {figures['nats_note']} a note")
    write_csv(paths.PERFORMER / "baselines.csv", rows)


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    VOCABULARIES[command.choice("vocabulary", tuple(VOCABULARIES))]()


if __name__ == "__main__":
    command.run(main)
