"""chords: how many notes the chords have that the paper's network writes, which the paper shows in its Fig. 3: early in
training, as it is kept, and where it escaped; drawn as the network says, and with the softmax once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from maestro_lstm.evaluation.written import Softened, figures_of
from maestro_lstm.generation.sampling import sample_many
from maestro_lstm.model.checkpoint import load_checkpoint
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.params.params import Params, load_params
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.written import written_as_text
from maestro_lstm.study.plans import load_plan
from maestro_lstm.study.plateau import candidates
from maestro_lstm.tokens.vocabulary import ID_OF_SYMBOL
from maestro_lstm.training.jobs import train_candidates
from maestro_lstm.training.tasks import SymbolTask
from stages import command, paths

START = "C3"  # as in the paper (§5.2.2)
TRAINED = ("paper", "corrected")


def main() -> None:
    params = load_params()
    asked, rows, shown = params.chords, [], {}
    for name, networks in writers(params):
        for way, drawn in (("as it says", networks), ("softmax again", [Softened(one) for one in networks])):
            pieces = list(sample_many(drawn, asked.pieces, asked.symbols, params.seed, start=ID_OF_SYMBOL[START]))
            rows.append({"network": name, "drawn": way, **figures_of(pieces)})
            shown[name, way] = pieces[0]
    write_csv(paths.CHORDS / "figures.csv", rows)
    text = written_as_text(rows, shown)
    write_text(paths.CHORDS / "table.md", text + "\n")
    print(text)


def writers(params: Params) -> Iterator[tuple[str, Sequence[Predictor]]]:
    """Networks by name, every seed's."""
    plan, task = load_plan(paths.plan("paper")), SymbolTask.of_file(paths.encoded("train"))
    early = {
        updates: [replace(run, symbols=updates * run.seq_len) for run in plan.runs] for updates in params.chords.updates
    }
    escaping = candidates(params, "epsilon")
    least = min(escaping, key=lambda values: (float(values[-1]), list(escaping).index(values)))
    for updates, runs in train_candidates(paths.RUNS, task, early, params.engine, params.device).items():
        yield f"paper, update {updates:,}", [Stepper(run.last) for run in runs]
    for name in TRAINED:
        yield (
            f"{name}, at its lowest loss",
            [Stepper(load_checkpoint(path).weights) for path in paths.models(name).values()],
        )
    runs = train_candidates(paths.RUNS, task, {least: escaping[least]}, params.engine, params.device)[least]
    yield f"Adam's ε = {float(least[-1]):g}, at the end", [Stepper(run.last) for run in runs]


if __name__ == "__main__":
    command.run(main)
