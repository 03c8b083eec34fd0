"""nats: the networks of performances, counting, and what others published, as tables."""

from maestro_lstm.plumbing.files import read_json, write_json, write_text
from maestro_lstm.plumbing.tables import read_csv
from maestro_lstm.study.params.file import PERFORMER, load_params
from maestro_lstm.study.performances.breakdown import read_groups
from maestro_lstm.study.report.performances import (
    FIELDS,
    FLOORS,
    composers_as_text,
    cost_as_text,
    difference,
    fields_as_text,
    over_pieces,
    positions_as_text,
    read_evaluated,
    read_pieces,
    read_seconds,
    read_steps,
    results_as_text,
)
from stages import command, paths


def main() -> None:
    params = load_params()
    networks = [name for name, one in params.networks.items() if one.kind != "symbols"]
    players = [name for name in networks if params.networks[name].kind == "performer"]
    folder = paths.PERFORMER / "evaluate"
    floors = read_csv(paths.PERFORMER / "floors.csv", FLOORS, words=FLOORS[:2])
    pieces = {name: read_pieces(folder / name / "pieces.csv") for name in networks}
    evaluated = {name: read_evaluated(folder / name / "nats.csv") for name in networks}
    intervals = {name: over_pieces(table) for name, table in pieces.items()}
    steps = {name: read_steps(paths.PERFORMER / "trained" / f"{name}.csv") for name in networks}
    seconds = {name: read_seconds(paths.PERFORMER / "cost" / f"{name}.csv") for name in networks}
    write_text(paths.PERFORMER / "cost" / "table.md", cost_as_text(seconds, steps) + "\n")
    parts = [results_as_text(evaluated, intervals, steps, floors, read_json(paths.PUBLISHED))]
    for reference in (name for name in networks if name not in players):
        for name in (name for name in players if name != PERFORMER):
            gain = difference(pieces[name], pieces[reference])
            parts.append(
                f"{name} costs {gain.mean:.3f} nats an event less than {reference} "
                f"({gain.low:.3f} … {gain.high:.3f}, 95 % over pieces)."
            )
    fields = {name: read_csv(folder / name / "fields.csv", FIELDS, words=FIELDS[:2]) for name in players}
    groups = read_groups(folder / PERFORMER / "groups.csv")
    parts += [fields_as_text(fields, floors), composers_as_text(groups), positions_as_text(groups)]
    text = "\n\n".join(parts)
    write_text(paths.PERFORMER / "tables.md", text + "\n")
    write_json(paths.PERFORMER / "test.json", evaluated[PERFORMER]["test", "carried"])
    print(text)


if __name__ == "__main__":
    command.run(main)
