"""explain: every way to train that is crossed, with every seed, probed during training."""

from maestro_lstm.evaluation.runs import score
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.study.plateau import cell_candidates
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import probe_rows
from maestro_lstm.training.tasks import SymbolTask
from stages import command, paths


def main() -> None:
    params = load_params()
    task = SymbolTask.of_file(paths.encoded("train"))
    trained = train_candidates(paths.RUNS, task, cell_candidates(params), params.engine, params.device)

    validation = load_ids(paths.encoded("validation"))
    rows = []
    for cell, runs in trained.items():
        scores = [score(run, validation, params.sweep.every) for run in runs]
        scores = [{**one, "collapsed": int(one["distinct"] == 1)} for one in scores]
        rows += [{**cell.columns(), **one} for one in scores]
        figures = over_seeds(scores)
        print(
            f"{cell.name}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} % over "
            f"{figures['seeds']} seeds, {100 * figures['collapsed']:.0f} % of them collapsed"
        )
    write_csv(paths.PLATEAU / "runs.csv", rows)
    probes = [{**cell.columns(), **probe} for cell, runs in trained.items() for probe in probe_rows(runs)]
    write_csv(paths.PLATEAU / "probes.csv", probes)


if __name__ == "__main__":
    command.run(main)
