"""What the arithmetic runs on. torch is imported late: planning a training does not need it."""

import importlib
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Literal

from maestro_lstm.plumbing.choices import EngineName, Precision
from maestro_lstm.plumbing.errors import BadSetting

if TYPE_CHECKING:
    import torch


def in_precision(device: str, precision: Precision) -> AbstractContextManager[None]:
    """A context in which products are computed in this precision, and what needs more digits in float32."""
    import torch

    if precision == "auto":
        raise ValueError("auto is not a precision")
    if precision != "bfloat16":
        return nullcontext()
    return torch.autocast(device, torch.bfloat16)


def kept_in(precision: Precision) -> "torch.dtype":
    """What weights and state are held in."""
    import torch

    return torch.float64 if precision == "float64" else torch.float32


def fast_precision(device: str) -> Precision:
    """The narrowest precision that the device multiplies in hardware: bfloat16 on a GPU, and on a processor with AMX or
    AVX-512 BF16, where it is four times as fast."""
    import torch

    if device == "cuda":
        return "bfloat16"
    return "bfloat16" if torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported() else "float32"


def use_cores(count: int, precision: Precision = "float32") -> None:
    """Set up the libraries: number of threads, subnormal numbers flushed to zero, and what a GPU makes of float32.

    More than one thread makes a network as small as the paper's slower. Subnormal numbers appear once a softmax
    saturates, and slow every product about four times. cuDNN's LSTM would use TF32 if it were not told.
    """
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(count)
    torch.set_flush_denormal(True)
    on_gpu = "tf32" if precision == "tf32" else "ieee"
    torch.backends.cuda.matmul.fp32_precision = on_gpu
    torch.backends.cudnn.rnn.fp32_precision = on_gpu  # type: ignore[attr-defined]
    importlib.import_module("scipy.linalg.cython_blas")  # compiled code's BLAS: only a loaded library can be limited
    threadpool_limits(count, user_api="blas")


def pick_engine(engine: Literal["auto"] | EngineName, device: str) -> tuple[EngineName, str]:
    """Resolve `auto`: torch on a GPU where there is one, compiled code where there is none.

    Raises: UserError for a GPU that is not there, or that the engine cannot use.
    """
    import torch

    return resolved(engine, device, torch.cuda.is_available())


def resolved(engine: Literal["auto"] | EngineName, device: str, gpu: bool) -> tuple[EngineName, str]:
    """The same for a machine with a GPU, or without."""
    if device == "cuda" and engine == "compiled":
        raise BadSetting("engine: compiled runs on the CPU; use device: cpu or engine: auto")
    if device == "cuda" and not gpu:
        raise BadSetting("device: cuda, but torch sees no GPU here; use auto or cpu")
    if engine == "compiled" or not gpu:
        device = "cpu"
    elif device == "auto":
        device = "cuda"
    if engine == "auto":
        engine = "torch" if device == "cuda" else "compiled"
    return engine, device
