"""wishes: what the paper wished for, a table and a picture a sweep."""

from maestro_lstm.figures import read_over_seeds
from maestro_lstm.files import write_bytes, write_csv, write_text
from maestro_lstm.params import WISHES, load_params, name_of
from maestro_lstm.pictures import wish_picture
from maestro_lstm.wish_report import as_text, points
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
        # the lists in params.yaml, not the files found: a candidate taken out leaves its file behind
        figures = {
            candidate: read_over_seeds(paths.METRICS / f"wish_{wish}" / f"{name_of(candidate)}.json")
            for candidate in params.crossed(wish)
        }
        names = [NAMES.get(factor, factor) for factor in factors]
        text = as_text(names, figures)
        write_text(paths.WISHES / f"{wish}.md", text + "\n")
        write_csv(paths.WISHES / f"{wish}.csv", points(figures))
        write_bytes(paths.WISHES / f"{wish}.svg", wish_picture(TITLES[wish], points(figures), names))
        print(f"{wish}\n{text}\n")


if __name__ == "__main__":
    command.run(main)
