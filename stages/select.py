"""select: the candidate that the next experiments and the final training use (paper §4.3).

python -m stages.select optimizer
"""

from maestro_lstm.params.params import SWEEPS, load_params
from maestro_lstm.plumbing.files import write_json
from maestro_lstm.study.metrics import SWEEP, of_candidates, read_runs
from maestro_lstm.study.selection import choose
from stages import command, paths


def main() -> None:
    params = load_params()
    sweep = command.choice("sweep", SWEEPS)
    path = paths.sweep(sweep)
    candidates = params.candidates(sweep)
    found = of_candidates(read_runs(path, ("candidate",), SWEEP), [(one,) for one in candidates], path)
    papers = params.papers_choice(sweep)
    accuracies = {one: [run["accuracy"] for run in found[one,]["runs"]] for one in candidates}
    winner = choose(accuracies, papers, params.sweep.margin)
    # the choice alone, without figures: the same winner is the same file, and nothing after it re-runs
    write_json(paths.SELECTED / f"{sweep}.json", {sweep: winner})
    why = "the paper's choice stands" if winner == papers else f"the best; the paper's choice is {papers}"
    print(f"{sweep}: {winner} ({why})")


if __name__ == "__main__":
    command.run(main)
