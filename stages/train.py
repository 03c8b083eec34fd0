"""train: the final training of one network (paper §4.4).

python -m stages.train paper
"""

from dataclasses import asdict

from maestro_lstm.checkpoint import Checkpoint, save_checkpoint
from maestro_lstm.files import write_csv, write_json
from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.progress import progress
from maestro_lstm.splits import load_ids
from maestro_lstm.study import final_choices, final_settings
from maestro_lstm.symbols import SYMBOLS
from maestro_lstm.training import Training
from maestro_lstm.windows import check_seq_len
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    chosen = command.chosen(*SWEEPS)
    settings = final_settings(params, name, chosen)
    ids = load_ids(paths.encoded("train"))
    check_seq_len(settings.seq_len, len(ids), "train")

    training = Training(ids, len(SYMBOLS), settings)
    for _ in progress(training, f"train {name}", training.n_points, "point"):
        write_csv(paths.CURVES / "train" / f"{name}.csv", map(asdict, training.curve))

    best = training.best
    assert best is not None  # the split holds a window, so that there was an update
    save_checkpoint(paths.MODELS / f"{name}.safetensors", Checkpoint(best.weights, asdict(settings)))
    used = {f"{key}_used": value for key, value in final_choices(params, chosen).items()}
    figures = {"loss": round(best.smoothed, 4), "best_update": best.update, "updates": training.n_updates, **used}
    write_json(paths.METRICS / "train" / f"{name}.json", figures)
    print(
        f"{name}: lowest smoothed loss {best.smoothed:.4f} nats after {best.update:,} of {training.n_updates:,} updates"
    )


if __name__ == "__main__":
    command.run(main)
