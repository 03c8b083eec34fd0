"""match_model: `best` on test, told what the piece said before; how far to believe that is learned on validation."""

from maestro_lstm.evaluation.breakdown import over_runs
from maestro_lstm.evaluation.held_out import remember_all
from maestro_lstm.model.device import pick_engine
from maestro_lstm.params.params import BEST, load_params
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.metrics import over_seeds
from stages import command, paths
from stages.held_out import groups_of_test


def main() -> None:
    params, models = load_params(), paths.models(BEST)
    engine = pick_engine(params.engine, params.device)
    learned, split = paths.encoded("validation"), paths.encoded("test")
    found = remember_all(list(models.values()), learned, split, engine, groups_of_test())
    runs = [{"seed": seed, **one.figures} for seed, (one, _) in zip(models, found, strict=True)]
    write_csv(paths.MEMORY / "test.csv", runs)
    write_csv(paths.MEMORY / "groups.csv", over_runs([one.tally for one, _ in found if one.tally is not None]))
    write_csv(
        paths.MEMORY / "shares.csv",
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
