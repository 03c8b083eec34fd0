"""select_*: the candidate that the next experiment and the final training go on with (paper §4.3).

python -m stages.select optimizer
"""

from maestro_lstm.figures import read_over_seeds
from maestro_lstm.files import write_json
from maestro_lstm.params import SWEEPS, load_params
from maestro_lstm.selection import choose
from stages import command, paths


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", SWEEPS)
    # the list in params.yaml, not the files found: those of a candidate that was taken out stay behind
    figures = {c: read_over_seeds(paths.METRICS / f"sweep_{sweep}" / f"{c}.json") for c in params.candidates(sweep)}
    papers = params.papers_choice(sweep)
    winner = choose(figures, papers, params.sweep.margin)
    # the choice alone, without figures: an equal winner is an equal file, and nothing after it runs again
    write_json(paths.SELECTED / f"{sweep}.json", {sweep: winner})
    why = "the paper's choice stands" if winner == papers else f"the best; the paper's choice is {papers}"
    print(f"{sweep}: {winner} ({why})")


if __name__ == "__main__":
    command.run(main)
