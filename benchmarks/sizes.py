"""How long a symbol takes to train on, by the size of the network, as `wish_size` trains it, on one core.

`python -m benchmarks.sizes`, a minute; the table, and benchmarks/sizes.json with the machine.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks import machine
from benchmarks.measure import Figure, Way, compare, table
from benchmarks.trainings import first_updates
from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS, Ids
from maestro_lstm.model.training.loop import Training
from maestro_lstm.model.training.settings import Settings, placed
from maestro_lstm.model.training.tasks import Symbols
from maestro_lstm.plumbing.errors import report_in_one_line
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.study.experiments.wishes import candidates
from maestro_lstm.study.params.file import load_params
from stages import paths

RESULTS = Path("benchmarks/sizes.json")
UPDATES = 2  # a call


def sizes(ids: Ids, networks: Sequence[Settings]) -> list[Figure]:
    """A symbol's share of an update, for each network."""
    figures = []
    for settings in networks:
        training = Training(Symbols(ids, len(SYMBOLS)), [settings])
        symbols = int(training.lengths[:UPDATES].sum()) * settings.batch
        way = Way(first_updates(training, UPDATES), symbols)
        what = f"{settings.layers} × {settings.hidden}, B = {settings.batch}, T = {settings.seq_len}"
        figures += compare(what, {settings.engine: way}, settings.engine, "µs a symbol", 1e6, rounds=3)
    return figures


def main() -> None:
    networks = [placed(runs[0], "torch", "cpu") for runs in candidates(load_params(), "size").values()]
    figures = [asdict(figure) for figure in sizes(load_ids(paths.encoded("train")), networks)]
    write_json(RESULTS, {"machine": machine.describe(), "figures": figures})
    print(table(figures))
    print(f"\n{machine.processor()}; all of it in {RESULTS}")


if __name__ == "__main__":
    report_in_one_line(main)
