"""What the arithmetic runs on."""

import importlib
from typing import Literal

import torch
from threadpoolctl import threadpool_limits

from maestro_lstm.choices import EngineName
from maestro_lstm.errors import UserError


def use_cores(count: int) -> None:
    """Set the libraries up: so many threads, and subnormal numbers are zero.

    More than one make a network as small as the paper's slower. Subnormal numbers appear once a softmax saturates and
    slow every product some four times.
    """
    torch.set_num_threads(count)
    torch.set_flush_denormal(True)
    importlib.import_module("scipy.linalg.cython_blas")  # compiled code's BLAS: only what is loaded can be limited
    threadpool_limits(count, user_api="blas")


def pick_engine(engine: Literal["auto"] | EngineName, device: str) -> tuple[EngineName, str]:
    """The engine and the device that are meant: a GPU where there is one, and compiled code where there is none.

    Raises: UserError for a GPU that is not there, or that the engine cannot use.
    """
    if device == "cuda" and engine == "compiled":
        raise UserError("params.yaml: engine: compiled runs on the CPU; say device: cpu, or engine: auto")
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("params.yaml: device: cuda, but torch sees no GPU here; say auto or cpu")
    if engine == "compiled" or not torch.cuda.is_available():
        device = "cpu"
    elif device == "auto":
        device = "cuda"
    if engine == "auto":
        engine = "batched" if device == "cuda" else "compiled"
    return engine, device
