"""explain: one way of training among those that are crossed, with every seed, looked at on the way.

python -m stages.explain softmax constant all random
"""

from maestro_lstm.compute import use_cores
from maestro_lstm.encoded import load_ids
from maestro_lstm.errors import UserError
from maestro_lstm.files import write_csv, write_json
from maestro_lstm.params import FACTORS, load_params
from maestro_lstm.runs import probe_rows
from maestro_lstm.seeds import over_seeds
from maestro_lstm.study import all_cells, cell_settings, with_seeds
from maestro_lstm.sweeps import score
from stages import command, paths
from stages.trained import runs_of


def main() -> None:
    params = load_params()
    use_cores(1)
    words = [command.argument(factor, place) for place, factor in enumerate(FACTORS, 1)]
    cells = {cell: with_seeds(cell_settings(params, cell), params.all_seeds) for cell in all_cells(params)}
    this = next((cell for cell in cells if cell.name == "-".join(words)), None)
    if this is None:
        raise UserError(f"params.yaml: explain does not cross {', '.join(words)}")
    runs = runs_of(this, cells, load_ids(paths.encoded("train")))

    validation = load_ids(paths.encoded("validation"))
    scores = [score(run, validation, params.sweep.every) for run in runs]
    figures = over_seeds([{**one, "collapsed": int(one["distinct"] == 1)} for one in scores])
    write_json(paths.EXPLAIN / f"{this.name}.json", figures)
    write_csv(paths.PROBES / f"{this.name}.csv", probe_rows(runs))
    print(
        f"{this.name}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} % over {figures['seeds']} "
        f"seeds, {100 * figures['collapsed']:.0f} % of them collapsed"
    )


if __name__ == "__main__":
    command.run(main)
