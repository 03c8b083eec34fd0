"""floors: what counting alone costs a note: each field by itself, and after its value in the note before."""

import numpy as np

from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.model.performer.batch import FIELDS
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.performances.breakdown import event_counts
from maestro_lstm.study.performances.floors import Floors
from stages import command, paths

ORDERS = {"histograms": 0, "first order": 1}


def main() -> None:
    floors, rows = Floors(open_performances(paths.PERFORMANCES / "train")), []
    for split in ("validation", "test"):
        pieces = list(open_performances(paths.PERFORMANCES / split))
        events = int(event_counts(pieces).sum())
        for name, order in ORDERS.items():
            cost = np.concatenate([floors.cost(piece, order) for piece in pieces])
            fields = {field: round(float(nats), 4) for field, nats in zip(FIELDS, cost.mean(axis=0), strict=True)}
            note, event = float(cost.sum() / len(cost)), float(cost.sum() / events)
            figures = {"nats_note": round(note, 4), "nats_event": round(event, 4)}
            rows.append({"predictor": name, "split": split, **figures, **fields})
            print(f"{name}, {split}: {figures['nats_event']} nats an event, {figures['nats_note']} a note")
    write_csv(paths.PERFORMER / "floors.csv", rows)


if __name__ == "__main__":
    command.run(main)
