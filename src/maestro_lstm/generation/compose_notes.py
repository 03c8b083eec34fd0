"""A network of performances goes on from a primer, for so many seconds."""

from collections.abc import Sequence

import numpy as np

from maestro_lstm.generation.note_sampling import NoteSampling
from maestro_lstm.generation.player import Player, Row
from maestro_lstm.generation.primers import MOST
from maestro_lstm.performances.note_tokens import from_rows, to_rows
from maestro_lstm.performances.performance import PEDAL_UP, Performance
from maestro_lstm.performances.quantize import STEPS_PER_SECOND, Steps, dequantize
from maestro_lstm.performer.network import Performer

FASTEST = 100  # rows a second on average: a network that collapses into one chord would never get on


def play(network: Performer, primer: Steps, seeds: Sequence[int], sampling: NoteSampling) -> list[Steps]:
    """What the network plays after a primer, without it, one piece a seed: from the primer's last onset on, this many
    seconds. Nothing sounds on after the end."""
    player = Player(network, seeds, sampling)
    player.feed(to_rows(_last(primer, MOST)))
    begin = int(primer.onset[-1]) if len(primer) else 0
    length = round(sampling.seconds * STEPS_PER_SECOND)
    offset = player.sounding.now.copy()  # a long primer is heard from later on
    rows: list[Row] = []
    while (player.sounding.now - offset < length).any() and len(rows) < FASTEST * sampling.seconds:
        rows.append(player.play())
    if not rows:
        return [_from_zero(primer, 0)] * len(seeds)
    fields = [np.stack(field) for field in zip(*rows, strict=True)]  # (R, B) each
    played = []
    for b in range(len(seeds)):
        steps = from_rows(*(field[:, b] for field in fields))
        inside = steps.onset < length
        release = np.minimum(steps.release, length)
        cut = Steps(steps.onset[inside], release[inside], steps.pitch[inside], steps.bin[inside])
        played.append(_lifted(Steps(cut.onset + begin, cut.release + begin, cut.pitch, cut.bin), begin + length))
    return played


def joined(primer: Steps, own: Steps, keep_primer: bool) -> tuple[Performance, int]:
    """A piece of a primer and what comes after it, or of that alone, from its own first note on; and how many of its
    rows are the primer's."""
    given = primer if keep_primer else _from_zero(primer, 0)
    return dequantize(_joined(given, own if keep_primer else _from_zero(own, len(own)))), len(given)


def _last(steps: Steps, rows: int) -> Steps:
    """The last rows, counted from the first of them."""
    if len(steps) <= rows:
        return steps
    some = slice(len(steps) - rows, None)
    begin = int(steps.onset[some][0])
    return Steps(steps.onset[some] - begin, steps.release[some] - begin, steps.pitch[some], steps.bin[some])


def _from_zero(steps: Steps, rows: int) -> Steps:
    """The first rows, moved to the beginning."""
    begin = int(steps.onset[0]) if rows else 0
    return Steps(steps.onset[:rows] - begin, steps.release[:rows] - begin, steps.pitch[:rows], steps.bin[:rows])


def _joined(one: Steps, other: Steps) -> Steps:
    names = ("onset", "release", "pitch", "bin")
    return Steps(*(np.concatenate((getattr(one, name), getattr(other, name))) for name in names))


def _lifted(steps: Steps, end: int) -> Steps:
    """With the pedal up at the end, where it has rows."""
    pedal = steps.pitch[steps.pitch >= PEDAL_UP]
    if not len(pedal) or pedal[-1] == PEDAL_UP:
        return steps
    return _joined(
        steps, Steps(np.array([end]), np.array([end]), np.array([PEDAL_UP], np.uint8), np.array([0], np.uint8))
    )
