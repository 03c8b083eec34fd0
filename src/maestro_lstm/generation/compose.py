"""A network goes on from a primer: one of symbols for a length in symbols, notes or seconds, one of performances in
seconds."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from maestro_lstm.generation.pieces import until
from maestro_lstm.generation.player import NoteRow, Player
from maestro_lstm.generation.primers import SymbolPrimer
from maestro_lstm.generation.sampling import NoteSampling, SymbolSampling, draws
from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictor import Predictor
from maestro_lstm.plumbing.progress import patience
from maestro_lstm.tokens.note_tokens import from_rows, to_rows
from maestro_lstm.tokens.performance import PEDAL_UP, Performance
from maestro_lstm.tokens.quantize import STEPS_PER_SECOND, Steps, dequantize
from maestro_lstm.tokens.vocabulary import ID_OF_SYMBOL, SYMBOLS


def compose(
    network: Predictor, primer: SymbolPrimer, sampling: SymbolSampling, seed: int, chord_seconds: float
) -> tuple[str, ...]:
    """What a network writes after a primer, without the primer.

    `sampling` gives the length: a number of symbols, or whole chords up to a number of notes or seconds. A network that
    never writes them stops after 50 symbols per note or chord wanted.
    """
    ids = [ID_OF_SYMBOL[symbol] for symbol in primer.symbols]
    drawn = (int(symbols[0]) for symbols in draws(network, ids, [seed], sampling))
    wanted = ceil(sampling.length / chord_seconds) if sampling.unit == "seconds" else sampling.length
    return tuple(SYMBOLS[id_] for id_ in until(drawn, wanted, sampling.unit))


FASTEST = 100  # rows a second on average: a network that collapses into one chord would never get on


def play(network: Performer, primer: Steps, seeds: Sequence[int], sampling: NoteSampling) -> list[Steps]:
    """What the network plays after a primer, without it, one piece a seed: from the primer's last onset on, this many
    seconds. Nothing sounds on after the end."""
    player = Player(network, seeds, sampling)
    player.feed(to_rows(primer))
    begin = int(primer.onset[-1]) if len(primer) else 0
    length = round(sampling.seconds * STEPS_PER_SECOND)
    offset = player.sounding.now.copy()  # a long primer is heard from later on
    rows: list[NoteRow] = []
    with patience("compose", ceil(sampling.seconds), "s") as bar:
        while (player.sounding.now - offset < length).any() and len(rows) < FASTEST * sampling.seconds:
            rows.append(player.play())
            bar.update(int((player.sounding.now - offset).min()) // STEPS_PER_SECOND - bar.n)
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


def joined(primer: Steps, own: Steps, keep_primer: bool, seconds: float) -> tuple[Performance, int]:
    """A piece of a primer and so many seconds after it, in which its notes may sound on; or of what comes after it
    alone, from its own first note on. And how many of its rows are the primer's."""
    given = _ended(primer, seconds) if keep_primer else _from_zero(primer, 0)
    return dequantize(_joined(given, own if keep_primer else _from_zero(own, len(own)))), len(given)


def _ended(primer: Steps, seconds: float) -> Steps:
    """A primer of which nothing sounds longer than so many seconds after its last onset."""
    end = int(primer.onset[-1]) + round(seconds * STEPS_PER_SECOND) if len(primer) else 0
    return Steps(primer.onset, np.minimum(primer.release, end), primer.pitch, primer.bin)


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
