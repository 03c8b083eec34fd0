"""How the networks of performances learn over processor time, as docs/learning.svg.

From the kept runs (`runs/`), which know how long they took; a time is no result of the pipeline, which is the same each
time. `python -m benchmarks.learning`.
"""

from pathlib import Path

import numpy as np

from maestro_lstm.evaluation.breakdown import event_counts
from maestro_lstm.export.style import GROUPS, drawn
from maestro_lstm.model.device import pick_engine
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_bytes
from maestro_lstm.study.plans import load_plan
from maestro_lstm.training.note_task import NoteTask
from maestro_lstm.training.run_cache import Run, RunCache
from maestro_lstm.training.settings import placed
from stages import paths

PICTURE = Path("docs/learning.svg")


def kept_runs() -> dict[str, Run]:
    """The first seed of each network of performances. Raises UserError where one is not kept here."""
    params, found = load_params(), {}
    store = RunCache(paths.RUNS, NoteTask(paths.PERFORMANCES / "train"))
    for name, one in params.networks.items():
        if one.vocabulary == "performances":
            settings = placed(load_plan(paths.plan(name)).runs[0], *pick_engine(params.engine, params.device))
            run = store.load(settings)
            if run is None:
                raise UserError(f"{name} was not trained here: dvc repro --force stages/performer/dvc.yaml:train")
            found[name] = run
    return found


def main() -> None:
    pieces = NoteTask(paths.PERFORMANCES / "train").pieces
    events = float(event_counts(list(pieces)).sum()) / float(pieces.bounds[-1])  # a note
    with drawn(7, 1) as (_, (panel,), file):
        for (name, run), (color, _) in zip(kept_runs().items(), GROUPS, strict=False):
            minutes = np.array(run.seconds) / 60
            loss = np.array([point.loss for point in run.curve]) / (events if run.settings.kind == "performer" else 1)
            panel.plot(minutes, loss, color=color, linewidth=1.2, label=name)
        panel.set(xlabel="processor time, minutes", ylabel="training loss, nats an event", ylim=(1.9, 3.2))
        panel.legend(frameon=False)
    write_bytes(PICTURE, file.getvalue())
    print(PICTURE)


if __name__ == "__main__":
    main()
