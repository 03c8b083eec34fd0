"""explain: the paper's setting varied, what a section of params.yaml lists crossed, and probed during training.

python -m stages.explain epsilon
"""

from maestro_lstm.evaluation.runs import score
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.study.plateau import CROSSINGS, candidates, factors_of
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.run_cache import probe_rows
from maestro_lstm.training.tasks import SymbolTask
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.choice("crossing", CROSSINGS)
    task = SymbolTask.of_file(paths.encoded("train"))
    trained = train_candidates(paths.RUNS, task, candidates(params, name), params.engine, params.device)

    validation = load_ids(paths.encoded("validation"))
    factors = factors_of(params, name)
    rows, probes = [], []
    for values, runs in trained.items():
        named = dict(zip(factors, values, strict=True))
        scores = [score(run, validation, params.sweep.every) for run in runs]
        scores = [{**one, "collapsed": int(one["distinct"] == 1)} for one in scores]
        rows += [{**named, **one} for one in scores]
        probes += [{**named, **probe} for probe in probe_rows(runs)]
        figures = over_seeds(scores)
        print(
            f"{name} {' '.join(map(str, values))}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} "
            f"% over {figures['seeds']} seeds, {100 * figures['collapsed']:.0f} % of them collapsed"
        )
    write_csv(paths.explained(name), rows)
    write_csv(paths.probes(name), probes)


if __name__ == "__main__":
    command.run(main)
