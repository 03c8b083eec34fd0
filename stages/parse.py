"""parse: MIDI to symbols, JSON files of some hundred pieces each (paper §3)."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import TypeVar

from maestro_lstm.corpus.index import SPLITS, read_index, write_index
from maestro_lstm.params.params import load_params
from maestro_lstm.plumbing.files import whole_folder, write_json
from maestro_lstm.plumbing.tables import write_csv
from maestro_lstm.tokens.chords import symbols_of
from maestro_lstm.tokens.parsing import Corpus
from stages import command, paths

T = TypeVar("T")
PIECES = 256  # a file


def main() -> None:
    params = load_params().parse
    corpus = Corpus(paths.CORPUS, read_index(paths.CORPUS), params.engine, params.rule, params.max_bad)
    with whole_folder(paths.PARSED) as folder:
        for split in SPLITS:
            for k, streams in enumerate(some_at_a_time(corpus.streams(split), PIECES)):
                notes = list(chain.from_iterable(map(symbols_of, streams)))
                write_json(folder / split / f"{k:05}.json", {"notes": notes}, indent=None)
        write_index(folder, corpus.files.read)
        write_csv(folder / "skipped.csv", corpus.files.skipped, ("split", "file", "problem"))
    figures = [corpus.figures(split) for split in SPLITS]
    write_csv(paths.PARSE, figures)
    for one in figures:
        print(f"{one['split']}: {one['symbols']:,} symbols, {one['next_share']:.4f} % <NEXT>, {one['files']} files")
    for one in corpus.files.skipped:
        print(f"{one['split']}: skipped {one['file']}: {one['problem']}")


def some_at_a_time(streams: Iterator[T], count: int) -> Iterator[list[T]]:
    """As itertools.batched, which Python 3.11 has not."""
    while some := list(islice(streams, count)):
        yield some


if __name__ == "__main__":
    command.run(main)
