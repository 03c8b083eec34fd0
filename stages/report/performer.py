"""report.performer: the networks of performances, counting, and what others published, as tables."""

from maestro_lstm.corpus.index import works_of
from maestro_lstm.evaluation.breakdown import read_groups
from maestro_lstm.params.params import PERFORMER, load_params
from maestro_lstm.plumbing.files import read_json, write_json, write_text
from maestro_lstm.plumbing.tables import read_csv
from maestro_lstm.report.performer import (
    BASELINES,
    FIELDS,
    composers_as_text,
    cost_as_text,
    event_difference,
    event_interval,
    fields_as_text,
    positions_as_text,
    read_evaluated,
    read_nats_by_piece,
    read_seconds,
    read_steps,
    results_as_text,
)
from stages import command, paths


def main() -> None:
    params = load_params()
    networks = [name for name, one in params.networks.items() if one.vocabulary == "performances"]
    players = [name for name in networks if params.networks[name].kind == "performer"]
    folder = paths.PERFORMER / "evaluate"
    baselines = read_csv(paths.PERFORMER / "baselines.csv", BASELINES, words=BASELINES[:2])
    pieces = {name: read_nats_by_piece(folder / name / "pieces.csv") for name in networks}
    evaluated = {name: read_evaluated(folder / name / "nats.csv") for name in networks}
    works = works_of("test", paths.PERFORMANCES, paths.WORKS)
    intervals = {name: event_interval(table, works) for name, table in pieces.items()}
    steps = {name: read_steps(paths.PERFORMER / "trained" / f"{name}.csv") for name in networks}
    seconds = {name: read_seconds(paths.PERFORMER / "cost" / f"{name}.csv") for name in networks}
    write_text(paths.PERFORMER / "cost" / "table.md", cost_as_text(seconds, steps) + "\n")
    parts = [results_as_text(evaluated, intervals, steps, baselines, read_json(paths.PUBLISHED))]
    for reference in (name for name in networks if name not in players):
        for name in (name for name in players if name != PERFORMER):
            gain = event_difference(pieces[name], pieces[reference], works)
            parts.append(
                f"{name} costs {gain.mean:.3f} nats an event less than {reference} "
                f"({gain.low:.3f} … {gain.high:.3f}, 95 % over works)."
            )
    fields = {name: read_csv(folder / name / "fields.csv", FIELDS, words=FIELDS[:2]) for name in players}
    groups = read_groups(folder / PERFORMER / "groups.csv")
    parts += [fields_as_text(fields, baselines), composers_as_text(groups), positions_as_text(groups)]
    text = "\n\n".join(parts)
    write_text(paths.PERFORMER / "tables.md", text + "\n")
    write_json(paths.PERFORMER / "test.json", evaluated[PERFORMER]["test", "carried"])
    print(text)


if __name__ == "__main__":
    command.run(main)
