"""explain: every way to train that is crossed, with every seed, probed during training."""

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS
from maestro_lstm.model.training.jobs import train_candidates
from maestro_lstm.model.training.run_cache import probe_rows
from maestro_lstm.model.training.tasks import SymbolTask
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.experiments.plateau import cell_candidates
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.scoring.metrics import over_seeds
from maestro_lstm.study.scoring.runs import score
from stages import command, paths


def main() -> None:
    params = load_params()
    train = load_ids(paths.encoded("train"))
    trained = train_candidates(
        paths.RUNS, SymbolTask(train, len(SYMBOLS)), cell_candidates(params), params.engine, params.device
    )

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
