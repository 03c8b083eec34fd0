"""exp, the logistic function and tanh in float32, in a form that a compiler turns into vector instructions.

Numba calls the C library once a number for `math.exp`; these are plain arithmetic, so that a loop over them runs on
16 numbers at a time where the processor can (AVX-512). Each is within 3 units in the last place of the true value.
Here, too: what the compiler may do with sums and products.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

C = TypeVar("C", bound=Callable[..., Any])
F = np.float32  # constants in float32: one float64 among them would make the whole expression float64
LOG2_E = F(1.4426950408889634)
# ln 2 in two parts (Cody & Waite): n · LN2_HIGH is exact for every n that occurs
LN2_HIGH = F(0.693359375)
LN2_LOW = F(-2.12194440e-4)
# 2^n must stay a normal number
LEAST, MOST = F(-87.0), F(88.0)
# 1/2!, 1/3!, … 1/7!: on |r| ≤ ln 2 / 2 what Taylor's series leaves out is below 1e-8 of the result
C2, C3, C4, C5, C6, C7 = F(1 / 2), F(1 / 6), F(1 / 24), F(1 / 120), F(1 / 720), F(1 / 5040)


def exact(function: C) -> C:
    """Compile for inlining into other compiled code, with a · b + c as one instruction, rounded once.

    Nothing is assumed about NaN and infinity: a training that diverges must be seen to.
    """
    return cast(C, njit(fastmath={"contract"}, error_model="numpy", forceinline=True)(function))


def fast(function: C) -> C:
    """Compile like `exact`, with sums in any order, so that they can be vectorised."""
    return cast(
        C, njit(fastmath={"contract", "reassoc", "nsz", "arcp"}, error_model="numpy", forceinline=True)(function)
    )


# exact: sums in another order would undo the two parts of ln 2
@exact
def _split_exp(x: np.float32) -> tuple[np.float32, np.float32]:
    """exp(x) = s + s q, with s a power of two: (s, q)."""
    x = min(max(x, LEAST), MOST)
    n = np.floor(x * LOG2_E + F(0.5))
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    q = r + r * r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * C7)))))
    s = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)  # the exponent's bits
    return s, q


@exact
def exp(x: np.float32) -> np.float32:
    """exp(x) for −87 ≤ x ≤ 88; the value at the nearer end beyond."""
    s, q = _split_exp(x)
    return s + s * q


@exact
def sigmoid(x: np.float32) -> np.float32:
    """1 / (1 + exp(−x))"""
    return F(1) / (F(1) + exp(-x))


@exact
def tanh(x: np.float32) -> np.float32:
    """(e − 1) / (e + 1) with e = exp(2x); e − 1 without cancellation, so that small x keep their digits."""
    s, q = _split_exp(F(2) * min(max(x, F(-10)), F(10)))
    e_minus_1 = s * q + (s - F(1))
    return e_minus_1 / (e_minus_1 + F(2))
