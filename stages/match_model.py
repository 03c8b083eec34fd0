"""match_model: `best` on test, told what the piece said before; how far to believe that is learned on validation."""

from maestro_lstm.corpus.index import composers_of
from maestro_lstm.evaluation.breakdown import groups_of, over_runs
from maestro_lstm.evaluation.held_out import match_all
from maestro_lstm.model.device import pick_engine
from maestro_lstm.params.params import BEST, load_params
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from maestro_lstm.tokens.encoded import load_ids
from stages import command, paths


def main() -> None:
    params, models = load_params(), paths.models(BEST)
    engine = pick_engine(params.engine, params.device)
    learned, split = paths.encoded("validation"), paths.encoded("test")
    groups = groups_of(load_ids(split), composers_of("test", paths.PARSED))
    found = match_all(list(models.values()), learned, split, engine, groups)
    runs = [{"seed": seed, **one.figures} for seed, (one, _) in zip(models, found, strict=True)]
    write_csv(paths.MATCHES / "test.csv", runs)
    write_csv(paths.MATCHES / "groups.csv", over_runs([one.tally for one, _ in found if one.tally is not None]))
    write_csv(
        paths.MATCHES / "shares.csv",
        [
            {"seed": seed, "passage": length, "share": round(share, 4)}
            for seed, (_, shares) in zip(models, found, strict=True)
            for length, share in shares.items()
        ],
    )
    figures = over_seeds(runs)
    print(f"{BEST} with a memory, test: accuracy {figures['accuracy']:.2f} %, {figures['nats']:.3f} nats")


if __name__ == "__main__":
    command.run(main)
