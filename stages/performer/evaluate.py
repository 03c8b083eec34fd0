"""evaluate: what a network of performances costs a note and an event, on validation and test, and where.

python -m stages.performer.evaluate performer
"""

from typing import Any

from maestro_lstm.data.corpus.pieces import Split, read_index
from maestro_lstm.data.performances.columns import open_performances
from maestro_lstm.model.networks.device import pick_engine, use_cores
from maestro_lstm.model.performer.batch import FIELDS
from maestro_lstm.plumbing.files import whole_folder
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.performances.breakdown import event_counts, grouped
from maestro_lstm.study.performances.scoring import Cost, cold_event_nats, cold_nats, cost_of, event_cost
from maestro_lstm.weights.performer import load_events_network, load_performer
from stages import command, paths

HELD_OUT: tuple[Split, ...] = ("validation", "test")


def main() -> None:
    params, name = load_params(), command.argument("network")
    one, device = params.networks[name], pick_engine(params.engine, params.device)[1]
    use_cores(one.training.threads if one.training else 1)
    path = paths.model(name, params.seed)
    player = load_performer(path) if one.kind == "performer" else None
    reference = load_events_network(path) if one.kind == "events" else None
    nats: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    for split in HELD_OUT:
        pieces = list(open_performances(paths.PERFORMANCES / split))
        events, notes = event_counts(pieces), sum(map(len, pieces))
        if player:
            cost = cost_of(player, pieces, device)
            fields += field_rows(split, cost)
            by_piece, cold = cost.by_piece, cold_nats(player, pieces, device)
        elif reference:
            by_piece, cold = event_cost(reference, pieces, device), cold_event_nats(reference, pieces, device)
        for way, total in (("carried", float(by_piece.sum())), ("cold", cold)):
            figures = {"nats_note": round(total / notes, 4), "nats_event": round(total / int(events.sum()), 4)}
            nats.append({"split": split, "way": way, **figures})
            print(f"{name}, {split}, {way}: {figures['nats_event']} nats an event, {figures['nats_note']} a note")
    # of test, the last
    own = [{"piece": k, "events": int(events[k]), "nats": round(float(by_piece[k]), 3)} for k in range(len(events))]
    with whole_folder(paths.PERFORMER / "evaluate" / name) as folder:
        write_csv(folder / "nats.csv", nats)
        write_csv(folder / "pieces.csv", own)
        if player:
            works = [piece for piece in read_index(paths.PERFORMANCES) if piece.split == "test"]
            composers = [piece.composer or "unknown" for piece in works]
            write_csv(folder / "fields.csv", fields)
            write_csv(folder / "groups.csv", grouped(cost.nats, cost.piece, cost.position, events, composers))


def field_rows(split: Split, cost: Cost) -> list[dict[str, Any]]:
    """Nats of each field, and how often its likeliest value is right, in percent."""
    means = cost.nats.mean(axis=0), 100 * cost.right.mean(axis=0)
    return [
        {"split": split, "field": field, "nats": round(float(nats), 4), "accuracy": round(float(right), 4)}
        for field, nats, right in zip(FIELDS, *means, strict=True)
    ]


if __name__ == "__main__":
    command.run(main)
