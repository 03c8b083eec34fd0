"""report.extensions: what the paper wished for, one table and one picture per sweep, and what is told apart."""

import pandas as pd

from maestro_lstm.corpus.index import works_of
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import write_bytes, write_text
from maestro_lstm.plumbing.tables import read_csv, write_csv
from maestro_lstm.report.extensions import axes, candidates_as_text, differences_as_text, points
from maestro_lstm.report.pictures import extension_picture
from maestro_lstm.report.sizes import budgets_as_text, cost_picture, ends, search_as_text, seconds_as_text
from maestro_lstm.study.extensions import (
    MAY_FAIL,
    VARIED,
    ExtensionName,
    best_rates,
    compared,
    crossed,
    factors_of,
    of_longer,
)
from maestro_lstm.study.metrics import (
    COST,
    EXTENSION,
    EXTENSION_NOTES,
    EXTENSION_RULE,
    PIECES,
    PIECES_NOTES,
    PIECES_RULE,
    of_candidates,
    read_pieces,
    read_runs,
    read_search,
)
from stages import command, paths

TITLES: dict[ExtensionName, str] = {
    "lengths": "Sequence length, constant or by a schedule",
    "batch": "The data in order or at random, and mini-batches",
    "rule": "Chords by the paper's rule or clean",
    "optimizer": "Muon or Adam, by the learning rate",
    "size": "Layers and hidden units",
    "tune": "The best network's learning rate",
    "best": "The best network, small, without one of its parts",
    "look": "The network that plays, looking back",
    "look_best": "The best network of symbols, looking back",
}
FIGURES: dict[ExtensionName, tuple[tuple[str, ...], tuple[str, ...]]] = {  # of runs and of pieces, where they differ
    "rule": (EXTENSION_RULE, PIECES_RULE),
    "look": (EXTENSION_NOTES, PIECES_NOTES),
}
SIZES: tuple[ExtensionName, ...] = ("search", "size")  # a shorter training at several rates, and a longer one
NAMES = {"candidates": "T", "hidden": "H", "batch": "B"}  # of the lists, as the paper's letters


def main() -> None:
    params = load_params()
    of_symbols, of_performances = (works_of("validation", of, paths.WORKS) for of in (paths.PARSED, paths.PERFORMANCES))
    for sweep in TITLES:
        # the lists in params.yaml, not the rows found: a sweep may hold candidates that were taken out since
        path, factors, wanted = paths.extension(sweep), factors_of(sweep), crossed(params, sweep)
        of_runs, of_pieces = FIGURES.get(sweep, (EXTENSION, PIECES))
        found = read_runs(path, factors, of_runs)
        summaries = of_candidates(found, wanted, path, may_lack=sweep in MAY_FAIL)
        by_piece = paths.extension_pieces(sweep)
        pieces = of_candidates(read_pieces(by_piece, factors, of_pieces), list(summaries), by_piece)
        works = of_performances if sweep == "look" else of_symbols
        names = [NAMES.get(factor, factor) for factor in factors]
        texts = {"": candidates_as_text(names, summaries, wanted)}
        if sweep != "tune":  # one seed: nothing to tell apart by
            pairs = compared(params, sweep, {one: summary["nats"] for one, summary in summaries.items()})
            texts["_significance"] = differences_as_text(pairs, summaries, pieces, works)
        for which, text in texts.items():
            write_text(paths.EXTENSIONS / "tables" / f"{sweep}{which}.md", text + "\n")
            print(f"{sweep}\n{text}\n")
        write_csv(paths.EXTENSIONS / "tables" / f"{sweep}.csv", points(summaries))
        write_bytes(
            paths.EXTENSIONS / "pictures" / f"{sweep}.svg",
            extension_picture(TITLES[sweep], points(summaries), names, axes(summaries)),
        )
    varied = {
        sweep: read_csv(paths.extension_cost(sweep), (*factors_of(sweep), *COST), words=factors_of(sweep))
        for sweep in VARIED
    }
    write_text(paths.EXTENSIONS / "cost" / "look.md", seconds_as_text(varied) + "\n")
    nats = read_search(paths.extension("search"))
    rates = best_rates(nats)
    searched = search_as_text(crossed(params, "size"), params.extend_search.rate, nats, rates)
    write_text(paths.EXTENSIONS / "tables" / "search.md", searched + "\n")
    print(f"search\n{searched}")
    costs = {sweep: read_csv(paths.extension_cost(sweep), (*factors_of(sweep), *COST)) for sweep in SIZES}
    runs = {sweep: read_csv(paths.extension(sweep), (*factors_of(sweep), "seed", *EXTENSION)) for sweep in SIZES}
    short = ends(runs["search"], costs["search"], rates)
    long = ends(runs["size"], costs["size"], of_longer(params, rates))
    write_text(paths.EXTENSIONS / "cost" / "table.md", budgets_as_text(short, long) + "\n")
    write_bytes(paths.EXTENSIONS / "cost" / "cost.svg", cost_picture(costs["size"], pd.concat([short, long])))


if __name__ == "__main__":
    command.run(main)
