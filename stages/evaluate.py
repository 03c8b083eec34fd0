"""evaluate: what a trained network scores on validation and test (paper §5.1.4).

python -m stages.evaluate paper
"""

from maestro_lstm.checkpoint import load_checkpoint
from maestro_lstm.compute import pick_device, use_one_core
from maestro_lstm.evaluation import evaluate
from maestro_lstm.files import write_json
from maestro_lstm.params import load_params
from maestro_lstm.splits import Split, load_ids
from maestro_lstm.windows import check_seq_len, spaced_windows
from stages import command, paths


def main() -> None:
    params = load_params()
    name = command.argument("network")
    use_one_core()
    device = pick_device(params.device)
    checkpoint = load_checkpoint(paths.MODELS / f"{name}.safetensors")
    network, seq_len = checkpoint.network(), checkpoint.settings["seq_len"]
    # the paper looks at one validation window in every 4 T, and at every window of the test split
    spacing: dict[Split, int] = {"validation": params.sweep.every, "test": 1}
    for split, every in spacing.items():
        ids = load_ids(paths.encoded(split))
        check_seq_len(seq_len, len(ids), split)
        windows = evaluate(network, *spaced_windows(ids, seq_len, every), device)
        whole = evaluate(network, ids[:-1], ids[1:], device)
        figures = {"accuracy_windows": windows.rounded()["accuracy"], **whole.rounded()}
        write_json(paths.METRICS / "evaluate" / split / f"{name}.json", figures)
        print(f"{name}, {split}: accuracy {whole.accuracy:.2f} %, {whole.nats:.3f} nats, {whole.distinct} symbols used")


if __name__ == "__main__":
    command.run(main)
