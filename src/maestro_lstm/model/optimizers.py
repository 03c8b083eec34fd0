"""One step of SGD, AdaGrad or Adam in compiled code, over all weights as one flat array, (P,) each.

PyTorch's formulas with its default settings, which are the paper's (§4.3): Adam after Kingma and Ba (2015), AdaGrad
after Duchi et al. (2011). A weight whose gradient is zero moves on under Adam: its mean has not run out.
"""

import numpy as np
import numpy.typing as npt

from maestro_lstm.model.functions import fast

Floats = npt.NDArray[np.float32]
F = np.float32
ADAGRAD_EPS = F(1e-10)
BETA1, BETA2 = 0.9, 0.999
KEEP1, NEW1, KEEP2, NEW2 = F(BETA1), F(1 - BETA1), F(BETA2), F(1 - BETA2)


@fast
def sgd(w: Floats, gradient: Floats, rate: float) -> None:  # pragma: no cover (compiled)
    r = F(rate)
    for k in range(len(w)):
        w[k] -= r * gradient[k]


@fast
def adagrad(w: Floats, gradient: Floats, square: Floats, rate: float) -> None:  # pragma: no cover (compiled)
    """square: sum of the squared gradients so far."""
    r = F(rate)
    for k in range(len(w)):
        square[k] += gradient[k] * gradient[k]
        w[k] -= r * gradient[k] / (np.sqrt(square[k]) + ADAGRAD_EPS)


@fast
def adam(
    w: Floats, gradient: Floats, mean: Floats, square: Floats, rate: float, update: int, epsilon: float
) -> None:  # pragma: no cover (compiled)
    """mean, square: exponential means of the gradient and of its square. update: 1 for the first. epsilon: what is
    added to the root of the square, so that a vanishing gradient moves nothing."""
    r = F(rate / (1 - BETA1**update))
    scale, least = F(1 / np.sqrt(1 - BETA2**update)), F(epsilon)
    for k in range(len(w)):
        mean[k] = KEEP1 * mean[k] + NEW1 * gradient[k]
        square[k] = KEEP2 * square[k] + NEW2 * gradient[k] * gradient[k]
        w[k] -= r * mean[k] / (np.sqrt(square[k]) * scale + least)
