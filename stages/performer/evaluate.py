"""evaluate: what a network that plays costs a note and an event, on validation and test, and where.

python -m stages.performer.evaluate performer
"""

from typing import Any

import numpy as np

from maestro_lstm.data.corpus.pieces import Split, read_index
from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.model.networks.device import pick_engine, use_cores
from maestro_lstm.model.performer.batch import FIELDS
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.performances.breakdown import event_counts, grouped
from maestro_lstm.study.performances.scoring import cold_nats, cost_of
from maestro_lstm.weights.performer import load_performer
from stages import command, paths

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def main() -> None:
    params, name = load_params(), command.argument("network")
    training, device = params.networks[name].training, pick_engine(params.engine, params.device)[1]
    use_cores(training.threads if training else 1)
    network = load_performer(paths.model(name, params.seed))
    rows: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    for split in HELD_OUT:
        pieces = list(open_performances(paths.PERFORMANCES / split))
        events, cost = event_counts(pieces), cost_of(network, pieces, device)
        for way, total in (("carried", float(cost.nats.sum())), ("cold", cold_nats(network, pieces, device))):
            figures = {
                "nats_note": round(total / len(cost.nats), 4),
                "nats_event": round(total / int(events.sum()), 4),
            }
            rows.append({"split": split, "way": way, **figures})
            print(f"{name}, {split}, {way}: {figures['nats_event']} nats an event, {figures['nats_note']} a note")
        fields += [
            {"split": split, "field": field, "nats": round(float(nats), 4), "accuracy": round(float(right), 4)}
            for field, nats, right in zip(FIELDS, cost.nats.mean(axis=0), 100 * cost.right.mean(axis=0), strict=True)
        ]
    write_csv(paths.PERFORMER / "evaluate" / f"{name}.csv", rows)
    write_csv(paths.PERFORMER / "fields" / f"{name}.csv", fields)
    # of test, the last
    by_piece = np.bincount(cost.piece, cost.nats.sum(axis=1))
    own = [{"piece": k, "events": int(events[k]), "nats": round(float(by_piece[k]), 3)} for k in range(len(events))]
    write_csv(paths.PERFORMER / "pieces" / f"{name}.csv", own)
    works = [piece for piece in read_index(paths.PERFORMANCES) if piece.split == "test"]
    composers = [piece.composer or "unknown" for piece in works]
    groups = grouped(cost.nats, cost.piece, cost.position, events, composers)
    write_csv(paths.PERFORMER / "groups" / f"{name}.csv", groups)


if __name__ == "__main__":
    command.run(main)
