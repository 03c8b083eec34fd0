"""wish: train every candidate of what the paper wished for and score it on validation (§5.2.3, §5.3).

python -m stages.wishes.wish size
"""

from collections.abc import Mapping, Sequence
from typing import Any

from joblib import cpu_count

from maestro_lstm.data.vocabulary.encoded import load_ids
from maestro_lstm.data.vocabulary.symbols import SYMBOLS, Ids
from maestro_lstm.model.training.jobs import train_candidates
from maestro_lstm.model.training.settings import Settings
from maestro_lstm.model.training.tasks import Symbols
from maestro_lstm.model.training.windows import check_seq_len
from maestro_lstm.plumbing.cluster import parallel_map
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.experiments.wishes import WISHES, Candidate, WishName, candidates
from maestro_lstm.study.params.file import Params, load_params
from maestro_lstm.study.scoring.metrics import over_seeds, read_notes
from maestro_lstm.study.scoring.runs import score_wish
from stages import command, paths

Scores = dict[Candidate, list[dict[str, Any]]]  # of each seed's run


def main() -> None:
    params = load_params()
    wish = command.choice("wish", tuple(WISHES))
    found = candidates(params, wish)
    if wish == "rule":  # each candidate on the symbols of its own rule
        scores: Scores = {}
        for (rule,), runs in found.items():
            train, validation = load_ids(paths.encoded("train", rule)), load_ids(paths.encoded("validation", rule))
            # on the whole split: one window in four of two rules would not be the same music
            (trained,) = scored(params, wish, {(rule,): runs}, train, validation, 1).values()
            notes = read_notes(paths.WISHES / "rules.csv", rule)
            scores[rule,] = [{**one, "nats_a_note": round(one["nats"] * one["symbols"] / notes, 4)} for one in trained]
    else:
        train, validation = load_ids(paths.encoded("train")), load_ids(paths.encoded("validation"))
        scores = scored(params, wish, found, train, validation, params.sweep.every)
    factors = WISHES[wish]
    rows = [{**dict(zip(factors, c, strict=True)), **one} for c, seeds in scores.items() for one in seeds]
    write_csv(paths.wish(wish), rows)
    for candidate, seeds in scores.items():
        figures = over_seeds(seeds)
        print(
            f"{wish} {' '.join(map(str, candidate))}: accuracy {figures['accuracy']:.2f} ± "
            f"{figures['accuracy_std']:.2f} %, {figures['nats']:.3f} nats over {figures['seeds']} seeds, each after "
            f"{figures['symbols_seen']:,.0f} symbols"
        )


def scored(
    params: Params,
    wish: WishName,
    found: Mapping[Candidate, Sequence[Settings]],
    train: Ids,
    validation: Ids,
    every: int,
) -> Scores:
    """Train the candidates and score every run."""
    for settings, *_ in found.values():  # here, where the key is known
        check_seq_len(settings.seq_len, len(train), "train", f"wish_{wish}", settings.parts)
    trained = train_candidates(paths.RUNS, Symbols(train, len(SYMBOLS)), found, params.engine, params.device)
    jobs = [(run, len(train), validation, every) for runs in trained.values() for run in runs]
    # one at a time on a GPU
    n_jobs = 1 if any(job[0].settings.device == "cuda" for job in jobs) else min(len(jobs), cpu_count())
    scores = parallel_map(score_wish, jobs, ordered=True, n_jobs=n_jobs, stay_here=True)
    return {candidate: [next(scores) for _ in runs] for candidate, runs in trained.items()}


if __name__ == "__main__":
    command.run(main)
