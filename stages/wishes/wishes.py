"""wishes: what the paper wished for, one table and one picture per sweep."""

from maestro_lstm.plumbing.files import write_bytes, write_text
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.study.experiments.wishes import WISHES, crossed
from maestro_lstm.study.params.file import load_params
from maestro_lstm.study.report.pictures import wish_picture
from maestro_lstm.study.report.wishes import as_text, points
from maestro_lstm.study.scoring.metrics import WISH, WISH_RULE, of_candidates, read_runs
from stages import command, paths

TITLES = {
    "size": "Layers and hidden units",
    "lengths": "Sequence length, constant or by a schedule",
    "batch": "The data in order or at random, and mini-batches",
    "rule": "Chords by the paper's rule or clean",
    "best": "The best network, small, without one of its parts",
}
NAMES = {"candidates": "T", "hidden": "H", "batch": "B"}  # of the lists, as the paper's letters


def main() -> None:
    params = load_params()
    for wish, factors in WISHES.items():
        # the lists in params.yaml, not the rows found: a sweep may hold candidates that were taken out since
        path = paths.wish(wish)
        found = read_runs(path, factors, WISH_RULE if wish == "rule" else WISH)
        summaries = of_candidates(found, crossed(params, wish), path)
        names = [NAMES.get(factor, factor) for factor in factors]
        text = as_text(names, summaries)
        write_text(paths.WISHES / f"{wish}.md", text + "\n")
        write_csv(paths.WISHES / f"{wish}.csv", points(summaries))
        write_bytes(paths.WISHES / f"{wish}.svg", wish_picture(TITLES[wish], points(summaries), names))
        print(f"{wish}\n{text}\n")


if __name__ == "__main__":
    command.run(main)
