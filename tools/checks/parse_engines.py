"""How alike are the exact rule and today's music21? `python -m tools.checks.parse_engines 8`.

Reads pieces of the corpus, evenly spread over their sizes, with both engines of the parse stage, and tells the share
of symbols that agree and what kind of difference each other one is.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher

from joblib import Parallel, delayed

from maestro_lstm.corpus.index import Piece, read_index
from maestro_lstm.midi.notes import IntArray, notes_from_bytes
from maestro_lstm.plumbing.progress import progress
from maestro_lstm.tokens.chord_rule import chord_stream
from maestro_lstm.tokens.chords import NEXT_MARK
from maestro_lstm.tokens.music21_rule import music21_stream
from stages import paths

Chord = tuple[int, ...]


def chords_in(stream: IntArray) -> list[Chord]:
    """A chord stream as its chords, the pitches as they stand."""
    chords: list[Chord] = []
    pitches: list[int] = []
    for pitch in stream.tolist():
        if pitch == NEXT_MARK:
            chords.append(tuple(pitches))
            pitches = []
        else:
            pitches.append(pitch)
    return chords


def kind_of(exact: Sequence[Chord], other: Sequence[Chord]) -> str:
    """Name a difference: what the exact rule has in a place, and what music21 has there."""
    ours, theirs = ([pitch for chord in chords for pitch in chord] for chords in (exact, other))
    if sorted(ours) == sorted(theirs):
        if [set(chord) for chord in exact] == [set(chord) for chord in other]:
            return "the same chords, their pitches in another order"
        if len(exact) == len(other):
            return "the same pitches, divided otherwise or in another order"
        return "one chord in two" if len(exact) < len(other) else "two chords in one"
    if set(ours) == set(theirs):
        return "one repeat fewer" if len(ours) > len(theirs) else "one repeat more"
    return "a note fewer in this chord" if len(ours) > len(theirs) else "a note more in this chord"


def compare(piece: Piece) -> tuple[int, int, int, Counter[str]]:
    """Symbols by the exact rule, how many music21 has alike, pitches that only one has, the kinds of difference."""
    data = (paths.CORPUS / piece.file).read_bytes()
    exact, other = chord_stream(notes_from_bytes(data)), music21_stream(data)
    blocks = SequenceMatcher(None, exact.tolist(), other.tolist(), autojunk=False).get_matching_blocks()
    alike = sum(block.size for block in blocks)
    ours, theirs = chords_in(exact), chords_in(other)
    kinds: Counter[str] = Counter()
    for kind, a, b, c, d in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "equal":
            kinds[kind_of(ours[a:b], theirs[c:d])] += 1
    said, said_there = Counter(exact.tolist()), Counter(other.tolist())
    del said[NEXT_MARK], said_there[NEXT_MARK]
    only_one = (said - said_there).total() + (said_there - said).total()
    return len(exact), alike, only_one, kinds


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("files", nargs="?", type=int, default=8, help="how many (8)")
    count = words.parse_args().files
    by_size = sorted(read_index(paths.CORPUS), key=lambda piece: (paths.CORPUS / piece.file).stat().st_size)
    sample = [by_size[(2 * k + 1) * len(by_size) // (2 * count)] for k in range(count)]
    jobs = (delayed(compare)(piece) for piece in sample)
    results = list(progress(Parallel(n_jobs=-1, return_as="generator")(jobs), "compare", count, "file"))
    symbols, alike, only_one = (sum(result[k] for result in results) for k in (0, 1, 2))
    print(f"{count} files, {symbols:,} symbols by the exact rule; music21 has {100 * alike / symbols:.2f} % of them")
    print(f"{only_one:6} pitches that only one of them has")
    kinds: Counter[str] = sum((result[3] for result in results), Counter())
    for kind, times in kinds.most_common():
        print(f"{times:6} places: {kind}")


if __name__ == "__main__":
    main()
