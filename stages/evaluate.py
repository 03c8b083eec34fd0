"""evaluate: how a trained network predicts validation and test, and where (paper §5.1.4).

python -m stages.evaluate paper
"""

from typing import Any

from maestro_lstm.corpus.index import HELD_OUT, Split, composers_of
from maestro_lstm.evaluation.breakdown import event_counts, grouped, groups_of, over_runs
from maestro_lstm.evaluation.held_out import report_all
from maestro_lstm.evaluation.note_likelihood import Cost, likelihood_of
from maestro_lstm.model.checkpoint import load_note_network
from maestro_lstm.model.device import pick_engine, use_cores
from maestro_lstm.params.params import BEST, Params
from maestro_lstm.plumbing.files import whole_folder, write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import metrics_row, over_seeds
from maestro_lstm.tokens.columns import open_performances
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.note_tokens import FIELDS
from stages import command, paths


def of_symbols(params: Params, name: str) -> None:
    """Accuracy, likelihood and variety, with every seed."""
    engine = pick_engine(params.engine, params.device)
    models = paths.models(name)
    # the paper looks at one validation window in every 4 T, and at every window of the test split
    spacing: dict[Split, int] = {"validation": params.sweep.every, "test": 1}
    groups = groups_of(load_ids(paths.encoded("test")), composers_of("test", paths.PARSED))
    rows = []
    for split, every in spacing.items():
        reports = report_all(
            list(models.values()), paths.encoded(split), every, engine, groups if split == "test" else None
        )
        runs = [{"seed": seed, **one.figures} for seed, one in zip(models, reports, strict=True)]
        rows += [{"split": split, **run} for run in runs]
        figures = over_seeds(runs)
        print(
            f"{name}, {split}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} %, "
            f"{figures['nats']:.3f} nats, {figures['distinct']:g} symbols used; {figures['seeds']} seeds"
        )
    write_csv(paths.of_network("evaluate", name), rows)
    write_csv(paths.of_network("groups", name), over_runs([one.tally for one in reports if one.tally is not None]))
    if name == BEST:  # `report.paper` shows the paper's networks
        windows = over_seeds(runs, "accuracy_windows")
        accuracy, std = windows["accuracy_windows"], windows["accuracy_windows_std"]
        shown = metrics_row(accuracy, std, figures["nats"], figures["distinct"], figures["next_share"], len(runs))
        write_json(paths.BEST_RESULT, shown)


def of_performances(params: Params, name: str) -> None:
    """What it costs a note and an event, the state carried through whole pieces and in cold windows."""
    training, device = params.networks[name].training, pick_engine(params.engine, params.device)[1]
    use_cores(training.threads if training else 1)
    network = load_note_network(paths.model(name, params.seed))
    nats: list[dict[str, Any]] = []
    fields: list[dict[str, Any]] = []
    for split in HELD_OUT:
        pieces = list(open_performances(paths.PERFORMANCES / split))
        events, notes = event_counts(pieces), sum(map(len, pieces))
        likelihood = likelihood_of(network, pieces, device)
        for way, total in (("carried", float(likelihood.by_piece.sum())), ("cold", likelihood.cold)):
            figures = {"nats_note": round(total / notes, 4), "nats_event": round(total / int(events.sum()), 4)}
            nats.append({"split": split, "way": way, **figures})
            print(f"{name}, {split}, {way}: {figures['nats_event']} nats an event, {figures['nats_note']} a note")
        if likelihood.notes:
            fields += field_rows(split, likelihood.notes)
    # of test, the last
    rows = zip(events.tolist(), likelihood.by_piece.tolist(), strict=True)
    own = [{"piece": k, "events": count, "nats": round(cost, 3)} for k, (count, cost) in enumerate(rows)]
    with whole_folder(paths.PERFORMER / "evaluate" / name) as folder:
        write_csv(folder / "nats.csv", nats)
        write_csv(folder / "pieces.csv", own)
        if cost := likelihood.notes:
            composers = composers_of("test", paths.PERFORMANCES)
            write_csv(folder / "fields.csv", fields)
            write_csv(folder / "groups.csv", grouped(cost.nats, cost.piece, cost.position, events, composers))


def field_rows(split: Split, cost: Cost) -> list[dict[str, Any]]:
    """Nats of each field, and how often its likeliest value is right, in percent."""
    means = cost.nats.mean(axis=0), 100 * cost.right.mean(axis=0)
    return [
        {"split": split, "field": field, "nats": round(float(nats), 4), "accuracy": round(float(right), 4)}
        for field, nats, right in zip(FIELDS, *means, strict=True)
    ]


VOCABULARIES = {"symbols": of_symbols, "performances": of_performances}


def main() -> None:
    command.by_vocabulary(VOCABULARIES)


if __name__ == "__main__":
    command.run(main)
