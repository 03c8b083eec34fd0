"""How far played music is from real performances, and whether it holds up minute by minute."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from maestro_lstm.evaluation.measures import Collection, pooled_distance
from maestro_lstm.evaluation.passages import APART, longest_shared, steps_of
from maestro_lstm.evaluation.significance import Interval, interval
from maestro_lstm.tokens.performance import PEDAL_DOWN, Performance
from maestro_lstm.tokens.quantize import BINS, quantize
from maestro_lstm.tokens.vocabulary import Ids

Doubles = npt.NDArray[np.float64]

# steps of 10 ms: finer where more notes are
TIMES = np.array([0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 113, 150, 200, 270, 360, 500, 800, 1500])
DOUBLED = (0, 4, 8, 16, 32, 64, 128, 256, 512, 1024)  # steps: a rhythm, whoever plays it
SHORT = 5.0  # seconds that the last minute may lack
MOST_VOICES, MOST_NOTES = 30, 40  # at once, a second: more are counted as these
HISTOGRAMS = {
    "wait": "time between onsets",
    "duration": "duration",
    "velocity": "velocity",
    "change": "change of velocity",
    "polyphony": "notes sounding at an onset",
    "pace": "notes in a second",
}
SCALARS = {
    "notes_a_second": "notes a second",
    "mean_velocity": "mean velocity",
    "velocity_sd": "standard deviation of velocity",
    "mean_polyphony": "mean polyphony",
    "pedal": "time with the pedal down, percent",
}
BY_HEART = {
    "by_heart": "longest passage also in training, in any key, notes",
    "by_heart_longest": "the longest of all",
    "timed_by_heart": "the same with the time between onsets",
    "timed_by_heart_longest": "the longest of all",
}
MINUTES = ("notes_a_second", "mean_polyphony", "mean_velocity")


def histograms_of(piece: Performance) -> dict[str, Doubles]:
    """The counts of one performance, by the names in `HISTOGRAMS`."""
    notes = piece.notes
    steps = quantize(notes)
    waits, durations = np.diff(steps.onset), steps.release - steps.onset
    bins = steps.bin.astype(np.int64)
    seconds = (notes.onset - notes.onset[0]).astype(np.int64) if len(notes) else np.zeros(0, np.int64)
    return {
        "wait": _counts(np.searchsorted(TIMES, waits, side="right") - 1, len(TIMES)),
        "duration": _counts(np.searchsorted(TIMES, durations, side="right") - 1, len(TIMES)),
        "velocity": _counts(bins - 1, BINS),
        "change": _counts(np.diff(bins) + BINS - 1, 2 * BINS - 1),
        "polyphony": _counts(np.minimum(voices(notes), MOST_VOICES), MOST_VOICES + 1),
        "pace": _counts(np.minimum(np.bincount(seconds), MOST_NOTES), MOST_NOTES + 1),
    }


def scalars_of(piece: Performance) -> dict[str, float]:
    """Figures of one performance, by the names in `SCALARS`; the pedal's only where it has rows."""
    notes = piece.notes
    velocity = notes.velocity.astype(np.float64)
    length = float(notes.release.max() - notes.onset[0]) if len(notes) else 0.0
    figures = {
        "notes_a_second": len(notes) / max(length, 0.01),
        "mean_velocity": float(velocity.mean()) if len(notes) else 0.0,
        "velocity_sd": float(velocity.std()) if len(notes) else 0.0,
        "mean_polyphony": float(voices(notes).mean()) if len(notes) else 0.0,
    }
    if (~piece.is_note).any():
        figures["pedal"] = 100 * pedal_share(piece)
    return figures


def voices(notes: Performance) -> npt.NDArray[np.int64]:
    """(N,) how many notes sound as each one begins, itself among them."""
    begun = np.searchsorted(notes.onset, notes.onset, side="right")
    ended = np.searchsorted(np.sort(notes.release), notes.onset, side="right")
    count: npt.NDArray[np.int64] = np.maximum(begun - ended, 1)
    return count


def pedal_share(piece: Performance) -> float:
    """Share of the time, 0 to 1, for which the pedal is down."""
    rows = ~piece.is_note
    time, down = piece.onset[rows], piece.pitch[rows] == PEDAL_DOWN
    end = float(piece.release.max())
    spans = np.diff(np.append(time, end))
    return float(spans[down].sum() / max(end - float(piece.onset[0]), 0.01))


def minutes_of(piece: Performance, minutes: int) -> Doubles:
    """(minutes, 3) notes a second, mean polyphony and mean velocity of each minute from the first note on; NaN for one
    that is not whole, up to a few seconds."""
    notes = piece.notes
    table = np.full((minutes, len(MINUTES)), np.nan)
    if not len(notes):
        return table
    time, sounding = notes.onset - notes.onset[0], voices(notes)
    whole = int((float(notes.release.max() - notes.onset[0]) + SHORT) // 60)
    for minute in range(min(minutes, whole)):
        inside = (time >= 60 * minute) & (time < 60 * (minute + 1))
        count = int(inside.sum())
        means = (sounding[inside].mean(), notes.velocity[inside].mean()) if count else (0.0, np.nan)
        table[minute] = (count / 60, *means)
    return table


def four_parts(pieces: Sequence[Performance]) -> list[Performance]:
    """Each piece in four, for `halves`."""
    return [
        Performance(piece.onset[some], piece.release[some], piece.pitch[some], piece.velocity[some])
        for piece in pieces
        for some in np.array_split(np.arange(len(piece)), 4)
    ]


def note_figures(some: Collection[Performance], reference: Collection[Performance]) -> dict[str, Interval]:
    """Every measure by name, with its 95 % interval over works; `tv_` is against the reference."""
    both, works = (some, reference), (some.works, reference.works)
    histograms = [[histograms_of(piece) for piece in each.pieces] for each in both]
    figures = {}
    for name in HISTOGRAMS:
        ours, theirs = (np.stack([one[name] for one in each]) for each in histograms)
        figures[f"tv_{name}"] = pooled_distance(ours, theirs, works)
    scalars = [scalars_of(piece) for piece in some.pieces]
    for name in SCALARS:
        if all(name in one for one in scalars):
            figures[name] = interval(np.array([one[name] for one in scalars]), works=some.works)
    return figures


def by_heart(some: Collection[Performance], training: Sequence[Performance]) -> dict[str, Interval]:
    """The notes of the longest passage of each piece that some performance of the training split has, too, in any key;
    and with the time between onsets, which is alike if it has one place in DOUBLED."""
    ours, theirs = [passages_of(piece) for piece in some.pieces], [passages_of(piece) for piece in training]
    figures = {}
    for k, name in enumerate(("by_heart", "timed_by_heart")):
        corpus = np.concatenate([np.append(one[k], np.uint8(APART)) for one in theirs])
        notes = np.array([longest_shared(one[k], corpus) // (k + 1) + 1 for one in ours], np.float64)
        figures[name] = interval(notes, works=some.works)
        figures[f"{name}_longest"] = Interval(float(notes.max()), math.nan, math.nan)
    return figures


def passages_of(piece: Performance) -> tuple[Ids, Ids]:
    """The steps from pitch to pitch, (N − 1,); and each after a byte for the time that it took, (2 N − 2,)."""
    notes = quantize(piece.notes)
    steps = steps_of(notes.pitch.astype(np.int64))  # 41 and more
    waits = np.searchsorted(DOUBLED, np.diff(notes.onset), side="right").astype(np.uint8)  # 1 to 10
    return steps, np.stack((waits, steps), axis=1).ravel()


def outside(pieces: Sequence[Performance], reference: Sequence[Performance], minutes: int) -> dict[str, float]:
    """Percent of a set's minutes that lie outside all of the reference's: too few notes (silence), too many notes or
    voices (slop); and of its pieces that play three keys or fewer."""
    ours, theirs = (np.concatenate([minutes_of(piece, minutes) for piece in some]) for some in (pieces, reference))
    ours, theirs = ours[~np.isnan(ours[:, 0])], theirs[~np.isnan(theirs[:, 0])]
    few = [len(np.unique(piece.notes.pitch)) <= 3 for piece in pieces]
    if not len(theirs) or not len(ours):
        return {"silence": 0.0, "slop": 0.0, "few keys": 100 * float(np.mean(few))}
    low, high = np.nanmin(theirs, axis=0), np.nanmax(theirs, axis=0)
    return {
        "silence": 100 * float((ours[:, 0] < low[0]).mean()),
        "slop": 100 * float(((ours[:, 0] > high[0]) | (ours[:, 1] > high[1])).mean()),
        "few keys": 100 * float(np.mean(few)),
    }


def way_row(name: str, figures: Mapping[str, Interval], collapse: Mapping[str, float]) -> dict[str, Any]:
    """A way of sampling in one row: its distances, their mean, and what else it plays like."""
    distances = {key: one.mean for key, one in figures.items() if key.startswith("tv_")}
    row = {"way": name, "mean": float(np.mean(list(distances.values()))), **distances}
    row |= {key: figures[key].mean for key in MINUTES} | {key: collapse[key] for key in ("silence", "slop")}
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def _counts(codes: npt.NDArray[np.int64], size: int) -> Doubles:
    return np.bincount(codes, minlength=size).astype(np.float64)
