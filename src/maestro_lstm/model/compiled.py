r"""The paper's network in compiled code: forward, both losses, backward through time, for one sequence at a time.

The letters are those of `lstm.py`. Of all the products only two depend on the step before, h W and its way back; they
are done a step at a time, everything else once for the whole sequence, as a matrix product by BLAS. With one sequence
and 64 hidden units `torch.nn.LSTM` spends most of its time between products; here nothing stands between them.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from maestro_lstm.model.functions import exp, fast, sigmoid, tanh
from maestro_lstm.model.layout import Flat, Floats, Parts
from maestro_lstm.model.optimizers import adagrad, adam, sgd
from maestro_lstm.plumbing.jit import entry

F = np.float32


class Workspace(NamedTuple):
    """What a pass over T symbols leaves for the way back."""

    gates: Floats  # (T, 4H): i, f, g, o; on the way back the gradient of what went into them
    c: Floats  # (T + 1, H), the state before the first symbol and after each
    h: Floats  # (T + 1, H)
    tanh_c: Floats  # (T, H)
    scores: Floats  # (T, V); on the way back their gradient
    dh: Floats  # (T, H)
    product: Floats  # (4H,)
    from_next: Floats  # (2, H): gradients of h and c that come from the step after


def steps(seq_len: int, n_symbols: int, hidden: int) -> Workspace:
    """Room for a pass over seq_len symbols, the state zero at the start."""
    t, h, v = seq_len, hidden, n_symbols
    shapes = ((t, 4 * h), (t + 1, h), (t + 1, h), (t, h), (t, v), (t, h), (4 * h,), (2, h))
    return Workspace(*(np.zeros(shape, F) for shape in shapes))


# A function of its own: in the loop over time the compiler sees too many arrays and gives the vectors up.
@fast
def cell(gates: Floats, c_before: Floats, c: Floats, h: Floats, tanh_c: Floats) -> None:  # pragma: no cover (compiled)
    """One step from what goes into the gates, (4H,), and the cell state before: all else is filled, gates too."""
    H = len(c)
    for j in range(H):
        i, f = sigmoid(gates[j]), sigmoid(gates[H + j])
        g, o = tanh(gates[2 * H + j]), sigmoid(gates[3 * H + j])
        c[j] = f * c_before[j] + i * g
        tanh_c[j] = tanh(c[j])
        h[j] = o * tanh_c[j]
        gates[j], gates[H + j], gates[2 * H + j], gates[3 * H + j] = i, f, g, o


@fast
def cell_backward(
    gates: Floats, c_before: Floats, tanh_c: Floats, dh: Floats, dh_next: Floats, dc_next: Floats
) -> None:  # pragma: no cover (compiled)
    """The way back through `cell`: gates become the gradient of what went into them, dc_next that of c_before."""
    H = len(tanh_c)
    for j in range(H):
        i, f, g, o = gates[j], gates[H + j], gates[2 * H + j], gates[3 * H + j]
        dh_j = dh[j] + dh_next[j]
        dc = dc_next[j] + dh_j * o * (F(1) - tanh_c[j] * tanh_c[j])
        dc_next[j] = dc * f
        gates[j] = dc * g * i * (F(1) - i)
        gates[H + j] = dc * c_before[j] * f * (F(1) - f)
        gates[2 * H + j] = dc * i * (F(1) - g * g)
        gates[3 * H + j] = dh_j * tanh_c[j] * o * (F(1) - o)


@fast
def forward(w: Parts[Floats], x: npt.NDArray[np.uint8], s: Workspace) -> None:  # pragma: no cover (compiled)
    """Run over the ids x, (T,), from the state in row 0 of s.h and s.c: fills s.gates, s.c, s.h, s.tanh_c, s.scores."""
    T, H = len(x), s.h.shape[1]
    for t in range(T):
        gates, u = s.gates[t], w.U[x[t]]
        np.dot(s.h[t], w.W, s.product)
        for j in range(4 * H):
            gates[j] = s.product[j] + u[j] + (w.b_U[j] + w.b_W[j])
        cell(gates, s.c[t], s.c[t + 1], s.h[t + 1], s.tanh_c[t])
    np.dot(s.h[1:], w.V, s.scores)
    for t in range(T):
        scores = s.scores[t]
        for v in range(len(scores)):
            scores[v] += w.b_V[v]


@entry
def run(w: Parts[Floats], x: npt.NDArray[np.uint8], s: Workspace) -> None:  # pragma: no cover (compiled)
    """`forward` by itself."""
    forward(w, x, s)


@fast
def softmax(x: Floats) -> Any:  # pragma: no cover (compiled)
    """x → softmax(x) in its place; returns the logarithm of the sum of exponentials."""
    top = x[0]
    for v in range(len(x)):
        top = max(top, x[v])
    total = F(0)
    for v in range(len(x)):
        x[v] = exp(x[v] - top)
        total += x[v]
    for v in range(len(x)):
        x[v] /= total
    return top + F(math.log(total))


@fast
def loss(
    scores: Floats, y: npt.NDArray[np.uint8], twice: bool, sharpness: Any, p: Floats
) -> float:  # pragma: no cover (compiled)
    """Cross entropy of scores (T, V) for the ids y, (T,), summed over T, nats; the scores become its gradient.

    Args:
        twice: cross entropy of the scores' softmax, as in the paper (`network.sequence_loss`).
        sharpness: times that softmax; float32.
        p: (V,) room for a softmax.
    """
    total = 0.0
    for t in range(len(y)):
        q, right = scores[t], y[t]
        if twice:
            softmax(q)
            p[:] = q
            for v in range(len(q)):
                q[v] *= sharpness
        total -= q[right]
        total += softmax(q)
        q[right] -= F(1)  # the gradient of what was given to the cross entropy
        if twice:  # and on through the softmax: s p ∘ (q − p·q)
            along = F(0)
            for v in range(len(q)):
                along += p[v] * q[v]
            for v in range(len(q)):
                q[v] = sharpness * p[v] * (q[v] - along)
    return total


@fast
def backward(
    w: Parts[Floats], gradient: Parts[Floats], x: npt.NDArray[np.uint8], s: Workspace
) -> None:  # pragma: no cover (compiled)
    """From the gradient of the scores to that of the weights; gradient.U must be zero before: rows are added to it."""
    T, H = len(x), s.h.shape[1]
    np.dot(s.h[1:].T, s.scores, gradient.V)
    np.dot(s.scores, w.V.T, s.dh)
    gradient.b_V[:] = F(0)
    for t in range(T):
        for v in range(len(gradient.b_V)):
            gradient.b_V[v] += s.scores[t, v]

    dh_next, dc_next = s.from_next[0], s.from_next[1]
    s.from_next[:] = F(0)
    for t in range(T - 1, -1, -1):
        cell_backward(s.gates[t], s.c[t], s.tanh_c[t], s.dh[t], dh_next, dc_next)
        np.dot(w.W, s.gates[t], dh_next)

    np.dot(s.h[:-1].T, s.gates, gradient.W)
    gradient.b_U[:] = F(0)
    for t in range(T):
        gates, u = s.gates[t], gradient.U[x[t]]
        for j in range(4 * H):
            u[j] += gates[j]
            gradient.b_U[j] += gates[j]
    gradient.b_W[:] = gradient.b_U


SGD, ADAGRAD, ADAM = 0, 1, 2
OPTIMIZERS = {"sgd": SGD, "adagrad": ADAGRAD, "adam": ADAM}


@entry
def take_updates(
    ids: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    rates: npt.NDArray[np.float64],
    twice: bool,
    sharpness: float,
    scale: float,
    optimizer: int,
    epsilon: float,
    done: int,
    flat: Flat,
    w: Parts[Floats],
    gradient: Parts[Floats],
    s: Workspace,
    losses: npt.NDArray[np.float64],
) -> None:  # pragma: no cover (compiled)
    """Many updates in one call: the window at each start, its loss, its gradient, a step at its rate.

    Args:
        twice, sharpness: as for `loss`.
        scale: times its gradient.
        optimizer: SGD, ADAGRAD or ADAM.
        epsilon: Adam's.
        done: updates before these.
        w, gradient: the parts of flat.w and flat.gradient.
        losses: (n,) filled, nats a sequence.
    """
    T = len(s.tanh_c)
    p = np.empty(len(w.b_V), F)
    for k in range(len(starts)):
        x, y = ids[starts[k] : starts[k] + T], ids[starts[k] + 1 : starts[k] + T + 1]
        forward(w, x, s)
        losses[k] = loss(s.scores, y, twice, F(sharpness), p)
        if scale != 1:
            for t in range(T):
                for v in range(len(p)):
                    s.scores[t, v] *= F(scale)
        backward(w, gradient, x, s)
        if optimizer == SGD:
            sgd(flat.w, flat.gradient, rates[k])
        elif optimizer == ADAGRAD:
            adagrad(flat.w, flat.gradient, flat.square, rates[k])
        else:
            adam(flat.w, flat.gradient, flat.mean, flat.square, rates[k], done + k + 1, epsilon)
        for t in range(T):
            gradient.U[x[t]] = F(0)  # the few rows that were touched, not all 90
