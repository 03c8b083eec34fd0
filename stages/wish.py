"""wish_*: train one candidate of what the paper wished for and score it on validation (§5.2.3, §5.3).

python -m stages.wish size 2 512
"""

from joblib import cpu_count

from maestro_lstm.cluster import side_by_side
from maestro_lstm.compute import use_cores
from maestro_lstm.encoded import load_ids
from maestro_lstm.errors import UserError
from maestro_lstm.figures import read_notes
from maestro_lstm.files import write_json
from maestro_lstm.params import WISHES, load_params, name_of
from maestro_lstm.seeds import over_seeds
from maestro_lstm.sweeps import score_wish
from maestro_lstm.windows import check_seq_len
from maestro_lstm.wishes import candidates
from stages import command, paths
from stages.trained import runs_of


def main() -> None:
    params = load_params()
    use_cores(1)
    wish = command.choice("wish", tuple(WISHES))
    name = name_of(tuple(command.argument(key, place) for place, key in enumerate(WISHES[wish], 2)))
    found = candidates(params, wish)
    this = next((candidate for candidate in found if name_of(candidate) == name), None)
    if this is None:
        raise UserError(f"params.yaml: wish_{wish} has no {name}")
    rule = name if wish == "rule" else ""
    train, validation = load_ids(paths.encoded("train", rule)), load_ids(paths.encoded("validation", rule))
    for settings, *_ in found.values():  # here, where the key is known
        check_seq_len(settings.seq_len, len(train), "train", f"wish_{wish}", settings.parts)
    # the others of `rule` are trained on other symbols
    runs = runs_of(this, {this: found[this]} if rule else found, train)

    every = 1 if rule else params.sweep.every  # one symbol in four of two rules would not be the same music
    jobs = [(run, len(train), validation, every) for run in runs]
    scores = list(side_by_side(score_wish, jobs, ordered=True, n_jobs=min(len(jobs), cpu_count()), stay_here=True))
    if rule:  # for each note that was played, whichever rule says it and however often
        notes = read_notes(paths.METRICS / "parse_rule" / f"{rule}.json")
        scores = [{**one, "nats_a_note": round(one["nats"] * one["symbols"] / notes, 4)} for one in scores]
    figures = over_seeds(scores)
    write_json(paths.METRICS / f"wish_{wish}" / f"{name}.json", figures)
    print(
        f"{wish} {name}: accuracy {figures['accuracy']:.2f} ± {figures['accuracy_std']:.2f} %, {figures['nats']:.3f} "
        f"nats over {figures['seeds']} seeds, each after {figures['symbols_seen']:,.0f} symbols"
    )


if __name__ == "__main__":
    command.run(main)
