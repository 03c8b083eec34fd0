"""evaluate: what a trained network scores on validation and test, with every seed, and where (paper §5.1.4).

python -m stages.evaluate paper
"""

from maestro_lstm.data.corpus.pieces import Split
from maestro_lstm.model.networks.device import pick_engine
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.analysis.breakdown import over_runs
from maestro_lstm.study.analysis.held_out import report_all
from maestro_lstm.study.params.file import BEST, load_params
from maestro_lstm.study.scoring.metrics import metrics_row, over_seeds
from stages import command, paths
from stages.held_out import groups_of_test


def main() -> None:
    params = load_params()
    name = command.argument("network")
    engine = pick_engine(params.engine, params.device)
    models = paths.models(name)
    # the paper looks at one validation window in every 4 T, and at every window of the test split
    spacing: dict[Split, int] = {"validation": params.sweep.every, "test": 1}
    groups = groups_of_test()
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
    if name == BEST:  # `compare` shows the paper's networks
        windows = over_seeds(runs, "accuracy_windows")
        accuracy, std = windows["accuracy_windows"], windows["accuracy_windows_std"]
        shown = metrics_row(accuracy, std, figures["nats"], figures["distinct"], figures["next_share"], len(runs))
        write_json(paths.BEST_RESULT, shown)


if __name__ == "__main__":
    command.run(main)
