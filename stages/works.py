"""works: which pieces are performances of one work, told by what is played; and what the splits share."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from maestro_lstm.corpus.index import HELD_OUT, INDEX, SPLITS, WORK_COLUMNS, Piece, pieces_of
from maestro_lstm.evaluation.works import (
    Ints,
    Strings,
    Works,
    find_works,
    joined_steps,
    longest_passage,
    pitches_of,
    share_found,
    strings_of,
)
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import write_text
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.report.works import leakage_as_text
from maestro_lstm.tokens.encoded import load_ids
from maestro_lstm.tokens.vocabulary import Ids
from stages import command, paths


def main() -> None:
    index = [piece for split in SPLITS for piece in pieces_of(split, paths.PARSED)]
    played = [one for split in SPLITS for one in pitches_of(load_ids(paths.encoded(split)))]
    strings = [strings_of(piece) for piece in played]
    works = find_works(strings)
    write_csv(paths.WORKS / INDEX, rows_of(index, works), WORK_COLUMNS)
    shared = list(leakage(index, played, strings, works))
    write_csv(paths.WORKS / "leakage.csv", shared)
    text = leakage_as_text(shared)
    write_text(paths.WORKS / "leakage.md", text + "\n")
    print(f"{len(index):,} files, {len(set(works.work.tolist())):,} works\n{text}")
    if load_params().corpus == "folder" and (over := straddling(index, works)):
        print(
            f"works in more than one split: {over}; the networks are tested on what they learned. "
            f"Copy {paths.WORKS / INDEX} into your folder as works.csv, and run again"
        )


def rows_of(index: list[Piece], works: Works) -> Iterator[dict[str, Any]]:
    """Every file with its work, by number, and the files with most in common of the same work and of all others."""
    numbers = {first: k for k, first in enumerate(dict.fromkeys(works.work.tolist()), start=1)}
    for place, piece in enumerate(index):
        row = {**vars(piece), "work": numbers[int(works.work[place])]}
        for name, same in (("twin", True), ("other", False)):
            found = works.nearest(place, same)
            row |= {name: index[found[0]].file if found else "", f"{name}_shared": round(found[1], 3) if found else 0.0}
        yield row


def leakage(index: list[Piece], played: list[Ints], strings: list[Strings], works: Works) -> Iterator[dict[str, Any]]:
    """What each held-out piece shares with the training split, and with other performances of its work in its own
    split: percent of strings with the nearest file and with any, notes of the longest passage."""
    train = [k for k, piece in enumerate(index) if piece.split == "train"]

    def of(places: list[int]) -> tuple[Ids, Strings]:
        together = np.unique(np.concatenate([strings[place] for place in places]))
        return joined_steps([played[place] for place in places]), together

    learned = of(train)
    held_out = [k for k, piece in enumerate(index) if piece.split in HELD_OUT]
    for k in progress(held_out, "works", len(held_out), "piece"):
        twins = [
            other
            for other in np.flatnonzero(works.work == works.work[k]).tolist()
            if other != k and index[other].split == index[k].split
        ]
        groups = {"train": (train, learned)}
        if twins:
            groups["its work"] = twins, of(twins)
        for name, (others, (steps, theirs)) in groups.items():
            yield {
                "split": index[k].split,
                "file": index[k].file,
                "with": name,
                "nearest": round(float(works.shared[k, others].max()), 3),
                "found": round(share_found(strings[k], theirs), 3),
                "longest": longest_passage(played[k], steps),
            }


def straddling(index: list[Piece], works: Works) -> int:
    """How many works have pieces in more than one split."""
    splits: dict[int, set[str]] = {}
    for work, piece in zip(works.work.tolist(), index, strict=True):
        splits.setdefault(work, set()).add(piece.split)
    return sum(len(some) > 1 for some in splits.values())


if __name__ == "__main__":
    command.run(main)
