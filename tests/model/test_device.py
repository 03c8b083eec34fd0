"""Which engine runs on which device."""

import pytest

from maestro_lstm.model.device import resolved
from maestro_lstm.plumbing.errors import UserError


@pytest.mark.parametrize(
    ("gpu", "engine", "device", "picked"),
    [
        (False, "auto", "auto", ("compiled", "cpu")),
        (False, "auto", "cpu", ("compiled", "cpu")),
        (False, "torch", "auto", ("torch", "cpu")),
        (True, "auto", "auto", ("torch", "cuda")),
        (True, "auto", "cuda", ("torch", "cuda")),
        (True, "auto", "cpu", ("compiled", "cpu")),
        (True, "compiled", "auto", ("compiled", "cpu")),
        (True, "scratch", "auto", ("scratch", "cuda")),
    ],
)
def test_auto_takes_a_gpu_where_there_is_one(gpu: bool, engine: str, device: str, picked: tuple[str, str]) -> None:
    assert resolved(engine, device, gpu) == picked  # type: ignore[arg-type]


def test_a_gpu_that_is_not_there_or_is_of_no_use_is_refused() -> None:
    with pytest.raises(UserError, match="torch sees no GPU"):
        resolved("auto", "cuda", gpu=False)
    with pytest.raises(UserError, match="engine: compiled runs on the CPU"):
        resolved("compiled", "cuda", gpu=True)
