"""The sustain pedal, folded into the releases of the notes it holds: the rule of the figures that others published.

A key that is up while the pedal is down sounds until the pedal comes up, or until its pitch is struck again. (Magenta's
note-seq has the same rule, in `apply_sustain_control_changes`.)
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.plumbing.jit import entry

Ints = npt.NDArray[np.int64]
SUSTAIN, DOWN = 64, 64  # the controller's number, and the least value that counts as down
PEDAL, RELEASED, PRESSED = range(3)  # what happens at one tick happens in this order


def crossings(ticks: Ints, values: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Where the pedal goes down or comes up: ticks, and whether it is down then. `ticks`, `values`: (M,), in order."""
    down = values >= DOWN
    changes = down != np.concatenate(([False], down[:-1]))
    return ticks[changes], down[changes]


def folded(onset: Ints, release: Ints, pitch: Ints, ticks: Ints, down: npt.NDArray[np.bool_]) -> Ints:
    """The releases with the pedal in them.

    Args:
        onset, release, pitch: (N,) of the keys.
        ticks, down: (M,) of the pedal, as `crossings` returns them.

    Returns: (N,) ticks. What the pedal holds at the end ends with the last event.
    """
    n = len(onset)
    time = np.concatenate((ticks, onset, release))
    kind = np.concatenate((np.full(len(ticks), PEDAL), np.full(n, PRESSED), np.full(n, RELEASED)))
    which = np.concatenate(
        (down.astype(np.int64), np.arange(n), np.arange(n))
    )  # of the pedal: whether it is down; else the note
    order = np.lexsort((kind, time))  # stable: the pedal's own order stays
    ends: Ints = _held(time[order], kind[order], which[order], pitch, release.copy())
    return ends


@entry
def _held(time: Ints, kind: Ints, which: Ints, pitch: Ints, ends: Ints) -> Ints:  # pragma: no cover (compiled)
    """Go through the events in order. `held`: the notes whose keys are up and which only the pedal keeps sounding."""
    held, n_held, is_down = np.empty(len(ends), np.int64), 0, False
    for k in range(len(time)):
        if kind[k] == RELEASED:
            if is_down:
                held[n_held] = which[k]
                n_held += 1
            continue
        if kind[k] == PEDAL:
            is_down = which[k] == 1
            if is_down:
                continue
        kept = 0
        for place in range(n_held):
            one = held[place]
            if kind[k] == PEDAL or pitch[one] == pitch[which[k]]:
                ends[one] = time[k]
            else:
                held[kept] = one
                kept += 1
        n_held = kept
    for place in range(n_held):
        ends[held[place]] = time[-1]
    return ends
