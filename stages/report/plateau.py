"""report.plateau: when each run collapsed or escaped, as a table and two pictures."""

from dataclasses import asdict, astuple, replace

from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import damaged, write_bytes, write_json, write_text
from maestro_lstm.report.pictures import accuracy_picture, collapse_picture
from maestro_lstm.report.plateau import cells_as_text, ends_as_text, optimizers_as_text, outcomes, read_probes
from maestro_lstm.study.metrics import EXPLAIN, of_candidates, read_runs
from maestro_lstm.study.plateau import COLUMNS, all_cells
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.vocabulary import NEXT_ID, SYMBOLS
from maestro_lstm.training.probes import Probes
from maestro_lstm.training.windows import Plain
from stages import command, paths


def main() -> None:
    params = load_params()
    cells = {astuple(cell): cell for cell in all_cells(params)}
    runs, probed = paths.PLATEAU / "runs.csv", paths.PLATEAU / "probes.csv"
    found = of_candidates(read_runs(runs, COLUMNS, EXPLAIN), list(cells), runs)
    summaries = {cells[values]: summary for values, summary in found.items()}
    tables = of_candidates(read_probes(probed), list(cells), probed)
    probes = {cells[values]: table for values, table in tables.items()}
    for cell, table in probes.items():
        if sorted(set(table["seed"])) != sorted(run["seed"] for run in summaries[cell]["runs"]):
            raise damaged(probed, f"{cell.name}: its seeds are not those of {runs}")
    by_cell = {cell: outcomes(table) for cell, table in probes.items()}
    write_json(
        paths.PLATEAU / "tables" / "outcomes.json",
        {cell.name: [asdict(outcome) for outcome in outcomes] for cell, outcomes in by_cell.items()},
    )
    always = next(iter(summaries.values()))["next_share"]
    texts = {
        "ends": ends_as_text(summaries),
        "optimizers": optimizers_as_text(summaries, always),
        "table": cells_as_text(summaries, by_cell),
    }
    for name, text in texts.items():
        write_text(paths.PLATEAU / "tables" / f"{name}.md", text + "\n")
        print(f"{text}\n")

    # the pictures compare the outputs, everything else as it stands first in params.yaml: as in the paper
    first = next(iter(cells.values()))
    shown = {cell.output: table for cell, table in probes.items() if replace(cell, output=first.output) == first}
    windows = Probes(Plain(load_ids(paths.encoded("train"))), len(SYMBOLS), params.explain.seq_len, 0, 1, 1).windows
    next_share = 100 * float((windows[:, 1:] == NEXT_ID).mean())
    write_bytes(paths.PLATEAU / "pictures" / "accuracy.svg", accuracy_picture(shown, next_share))
    write_bytes(paths.PLATEAU / "pictures" / "collapse.svg", collapse_picture(shown, len(SYMBOLS)))


if __name__ == "__main__":
    command.run(main)
