"""What the arithmetic runs on."""

import torch

from maestro_lstm.errors import UserError


def use_one_core() -> None:
    """Set torch up for networks this small: one thread, and subnormal numbers are zero.

    More threads make it slower. Subnormal numbers appear once a softmax saturates and slow every product some
    four times.
    """
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def pick_device(device: str) -> str:
    """`auto` → `cuda` where there is one, else `cpu`. Raises UserError for a GPU that is not there."""
    if device == "cuda" and not torch.cuda.is_available():
        raise UserError("params.yaml: device: cuda, but torch sees no GPU here; say auto or cpu")
    return "cuda" if device == "auto" and torch.cuda.is_available() else device.replace("auto", "cpu")
