"""evaluate: what a trained network scores on validation and test, with every seed (paper §5.1.4).

python -m stages.evaluate paper
"""

from maestro_lstm.checkpoint import load_checkpoint
from maestro_lstm.compute import pick_engine, use_one_core
from maestro_lstm.encoded import load_ids
from maestro_lstm.engines.predictors import predictor
from maestro_lstm.evaluation import evaluate
from maestro_lstm.files import write_json
from maestro_lstm.params import load_params
from maestro_lstm.seeds import over_seeds
from maestro_lstm.splits import Split
from maestro_lstm.windows import spaced_windows
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_one_core()
    engine = pick_engine(params.engine, params.device)
    # the paper looks at one validation window in every 4 T, and at every window of the test split
    spacing: dict[Split, int] = {"validation": params.sweep.every, "test": 1}
    for split, every in spacing.items():
        ids = load_ids(paths.encoded(split))
        runs = []
        for seed in params.all_seeds:
            checkpoint = load_checkpoint(paths.MODELS / name / paths.model(seed))
            network = predictor(checkpoint.weights, *engine)
            windows = evaluate(network, *spaced_windows(ids, checkpoint.settings["seq_len"], every))
            whole = evaluate(network, ids[:-1], ids[1:])
            runs.append({"seed": seed, "accuracy_windows": windows.rounded()["accuracy"], **whole.rounded()})
        figures = over_seeds(runs)
        write_json(paths.METRICS / "evaluate" / split / f"{name}.json", figures)
        print(
            f"{name}, {split}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} %, "
            f"{figures['nats']:.3f} nats, {figures['distinct']:g} symbols used"
        )


if __name__ == "__main__":
    command.run(main)
