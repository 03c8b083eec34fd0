"""evaluate: what a trained network scores on validation and test, with every seed, and where (paper §5.1.4).

python -m stages.evaluate paper
"""

from maestro_lstm.breakdown import over_runs
from maestro_lstm.compute import pick_engine
from maestro_lstm.files import write_csv, write_json
from maestro_lstm.params import load_params
from maestro_lstm.reports import report_all
from maestro_lstm.seeds import over_seeds
from maestro_lstm.splits import Split
from stages import command, paths
from stages.tested import groups_of_test


def main() -> None:
    params = load_params()
    name = command.argument("network")
    engine = pick_engine(params.engine, params.device)
    models = paths.models(name)
    # the paper looks at one validation window in every 4 T, and at every window of the test split
    spacing: dict[Split, int] = {"validation": params.sweep.every, "test": 1}
    groups = groups_of_test()
    for split, every in spacing.items():
        told_in = groups if split == "test" else None
        reports = report_all(list(models.values()), paths.encoded(split), every, engine, told_in)
        runs = [{"seed": seed, **one.figures} for seed, one in zip(models, reports, strict=True)]
        figures = over_seeds(runs)
        write_json(paths.METRICS / "evaluate" / split / f"{name}.json", figures)
        if told_in:
            write_csv(paths.breakdown(name), over_runs([one.tally for one in reports if one.tally is not None]))
        print(
            f"{name}, {split}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} %, "
            f"{figures['nats']:.3f} nats, {figures['distinct']:g} symbols used; {figures['seeds']} seeds"
        )


if __name__ == "__main__":
    command.run(main)
