"""Which engine runs on which device."""

import pytest
import torch

from maestro_lstm.model.networks.device import pick_engine
from maestro_lstm.plumbing.errors import UserError


@pytest.mark.parametrize(
    ("gpu", "engine", "device", "picked"),
    [
        (False, "auto", "auto", ("compiled", "cpu")),
        (False, "auto", "cpu", ("compiled", "cpu")),
        (False, "torch", "auto", ("torch", "cpu")),
        (True, "auto", "auto", ("batched", "cuda")),
        (True, "auto", "cuda", ("batched", "cuda")),
        (True, "auto", "cpu", ("compiled", "cpu")),
        (True, "compiled", "auto", ("compiled", "cpu")),
        (True, "scratch", "auto", ("scratch", "cuda")),
    ],
)
def test_auto_takes_a_gpu_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, gpu: bool, engine: str, device: str, picked: tuple[str, str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: gpu)
    assert pick_engine(engine, device) == picked  # type: ignore[arg-type]


def test_a_gpu_that_is_not_there_or_is_of_no_use_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(UserError, match="torch sees no GPU"):
        pick_engine("auto", "cuda")
    with pytest.raises(UserError, match="engine: compiled runs on the CPU"):
        pick_engine("compiled", "cuda")
