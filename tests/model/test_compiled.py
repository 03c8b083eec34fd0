"""Compiled code against its references: numpy's functions, autograd's gradients, torch's optimizers, torch's LSTM."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from maestro_lstm.model import compiled
from maestro_lstm.model.functions import exp, fast, sigmoid, tanh
from maestro_lstm.model.layout import NAMES, Floats, pack, split, unpack
from maestro_lstm.model.network import Network, Weights, initial_weights, sequence_loss
from maestro_lstm.model.predictors import predictor
from maestro_lstm.plumbing.choices import EngineName, OptimizerName, Output
from maestro_lstm.plumbing.jit import SOURCES
from maestro_lstm.tokens.vocabulary import Ids
from maestro_lstm.training.loop import Training
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask

V, H = 90, 64
RANDOM = np.random.default_rng(0)
IDS: Ids = RANDOM.integers(0, V, size=50_000).astype(np.uint8)
IDS[RANDOM.random(50_000) < 0.42] = 1  # as often as `<NEXT>` in the data


def over(function: Callable[[np.float32], np.float32], x: Floats) -> Floats:
    """A compiled function over an array, in a compiled loop: in vectors, as the network calls it."""

    @fast
    def loop(x: Floats, y: Floats) -> None:
        for k in range(len(x)):
            y[k] = function(x[k])

    y = np.empty_like(x)
    loop(x, y)
    return y


@pytest.mark.parametrize(
    ("function", "reference", "least", "most"),
    [
        (exp, np.exp, -87, 88),
        (sigmoid, lambda x: 1 / (1 + np.exp(-x)), -80, 80),
        (tanh, np.tanh, -40, 40),
        (tanh, np.tanh, -1e-3, 1e-3),
    ],
)
def test_functions_are_exact_to_three_units_in_the_last_place(
    function: Callable[[np.float32], np.float32],
    reference: Callable[[np.ndarray], np.ndarray],
    least: float,
    most: float,
) -> None:
    x = np.linspace(least, most, 200_003, dtype=np.float32)
    expected = reference(x.astype(np.float64))
    np.testing.assert_allclose(over(function, x), expected, rtol=3 * 2**-23, atol=0)


def test_functions_end_well_far_out_and_let_nan_through() -> None:
    x = np.array([-1e30, -200, 200, 1e30, np.nan], dtype=np.float32)
    np.testing.assert_allclose(over(sigmoid, x), [0, 0, 1, 1, np.nan], atol=1e-37)
    np.testing.assert_array_equal(over(tanh, x), [-1, -1, 1, 1, np.nan])
    assert np.isfinite(over(exp, x)[:4]).all()


def test_every_number_is_float32() -> None:
    """One float64 constant would make its whole expression float64, at half the speed and other roundings."""
    one = np.float32(0.5)
    for function in (exp, sigmoid, tanh):
        function(one)
        assert [str(signature.return_type) for signature in function.nopython_signatures] == ["float32"]  # type: ignore[attr-defined]


def test_weights_are_packed_and_unpacked() -> None:
    weights = initial_weights(V, H, seed=3)
    flat = pack(weights)
    assert flat.dtype == np.float32
    assert flat.shape == (4 * H * (V + H + 2) + V * (H + 1),)
    back = unpack(flat, V, H)
    assert list(NAMES) == list(back)
    assert all(torch.equal(back[name], weights[name]) for name in weights)


def gradients(weights: Weights, x: Ids, y: Ids, output: Output) -> tuple[float, Weights, float, Weights]:
    """Loss and gradients in compiled code, and by autograd over torch.nn.LSTM."""
    w, flat = split(pack(weights), V, H), np.zeros_like(pack(weights))
    steps = compiled.steps(len(x), V, H)
    compiled.forward(w, x, steps)
    ours = compiled.loss(steps.scores, y, output == "softmax", np.float32(1), np.empty(V, np.float32))
    compiled.backward(w, split(flat, V, H), x, steps)

    network = Network(V, H, "torch")
    network.load_weights(weights)
    scores, _ = network(torch.from_numpy(x.astype(np.int64))[:, None])
    loss = sequence_loss(scores[:, 0], torch.from_numpy(y.astype(np.int64)), output)
    torch.autograd.backward(loss)
    theirs = {name: parameter.grad for name, parameter in network.named_parameters()}
    assert all(gradient is not None for gradient in theirs.values())
    network.load_state_dict(theirs)  # under the scratch network's names
    return ours, unpack(flat, V, H), loss.item(), network.weights()


@pytest.mark.parametrize("output", ["softmax", "logits"])
@pytest.mark.parametrize("seq_len", [1, 2, 25, 100, 203])
def test_gradients_are_autograds(output: Output, seq_len: int) -> None:
    weights = {name: 3 * value for name, value in initial_weights(V, H, seed=seq_len).items()}
    ours, by_hand, theirs, by_autograd = gradients(weights, IDS[:seq_len], IDS[1 : seq_len + 1], output)
    assert ours == pytest.approx(theirs, rel=1e-6)
    for name, expected in by_autograd.items():
        scale = expected.abs().max().item()
        torch.testing.assert_close(by_hand[name], expected, rtol=1e-4, atol=3e-6 * scale)


def losses_of(settings: Settings, ids: Ids = IDS) -> tuple[np.ndarray, Weights]:
    training = Training(SymbolTask(ids, V), settings)
    list(training)
    return np.array([point.loss for point in training.progress.curve]), training.engine.weights()


@pytest.mark.parametrize("optimizer", ["sgd", "adagrad", "adam"])
@pytest.mark.parametrize("output", ["softmax", "logits"])
def test_two_thousand_updates_lose_what_torchs_lose(output: Output, optimizer: OptimizerName) -> None:
    settings = Settings(H, output, optimizer, Schedule(1e-4, 1e-3, 300), 25, 1, seed=1, log_every=50, engine="torch")
    theirs, _ = losses_of(settings)
    ours, _ = losses_of(replace(settings, engine="compiled"))
    assert len(ours) == 40  # of 50 updates each
    np.testing.assert_allclose(ours, theirs, rtol=2e-5)


def test_a_symbol_that_comes_no_more_still_moves_under_adam_and_not_under_sgd() -> None:
    """Its row of U has no gradient, but under Adam a mean of earlier ones; a row that never came stays as it was."""
    ids = np.array([7] * 60 + [5, 6] * 500, dtype=np.uint8)
    for optimizer, moves in (("adam", True), ("sgd", False), ("adagrad", False)):
        settings = Settings(8, "logits", optimizer, Schedule.constant(0.01), 5, 1, seed=0, log_every=1)  # type: ignore[arg-type]
        training = Training(SymbolTask(ids, V), settings)
        training.starts[:3], training.starts[3:] = 10, 200
        rows = [training.engine.weights()["lstm.U.weight"] for update in training if update >= 3]
        assert torch.equal(rows[0][:, 7], rows[-1][:, 7]) != moves
        assert torch.equal(rows[-1][:, 8], initial_weights(V, 8, 0)["lstm.U.weight"][:, 8])


def test_subnormal_numbers_are_flushed_to_zero_in_compiled_code() -> None:
    """They appear once the softmax saturates, and would slow the training four times."""
    tiny = np.full(16, 1e-30, dtype=np.float32)

    @fast
    def shrink(x: Floats) -> None:
        for k in range(len(x)):
            x[k] = x[k] * np.float32(1e-10)  # 1e-40 is subnormal

    shrink(tiny)
    assert tiny.tobytes() == bytes(64)  # comparing with 0 would flush them too


@pytest.mark.parametrize("engine", ["scratch", "torch"])
def test_every_engine_predicts_the_same_and_carries_its_state(engine: EngineName) -> None:
    weights = initial_weights(V, H, seed=2)
    one, other = predictor(weights), predictor(weights, engine)
    ids = IDS[:300, None]
    whole, _ = other.scores(ids)
    first, state = one.scores(ids[:120])
    second, _ = one.scores(ids[120:], state)
    np.testing.assert_allclose(np.concatenate([first, second]), whole, atol=2e-6)


def test_an_id_beyond_the_alphabet_is_refused_before_compiled_code_reads_beside_its_arrays() -> None:
    settings = Settings(8, "logits", "adam", Schedule.constant(0.01), 5, 1, seed=0)
    with pytest.raises(ValueError, match="an id of 12 among 12 symbols"):
        Training(SymbolTask(np.array([1, 12] * 9, dtype=np.uint8), 12), settings)
    with pytest.raises(ValueError, match="an id of 90 among 90 symbols"):
        predictor(initial_weights(V, H, 0)).scores(np.array([[90]], dtype=np.uint8))


def test_compiled_code_runs_one_sequence_at_a_time() -> None:
    with pytest.raises(ValueError, match="2 sequences side by side"):
        predictor(initial_weights(V, H, 0)).scores(np.zeros((3, 2), dtype=np.uint8))


def test_what_has_more_layers_is_run_by_torch() -> None:
    weights = initial_weights(V, 8, seed=0, layers=2)
    network = Network(V, 8, "torch", layers=2)
    network.load_weights(weights)
    ids = IDS[:40].reshape(20, 2)
    with torch.no_grad():
        expected, _ = network(torch.from_numpy(ids.astype(np.int64)))
    np.testing.assert_allclose(predictor(weights).scores(ids)[0], expected, atol=1e-6)


def test_compiled_code_is_kept_under_the_text_of_all_of_it(project: Path) -> None:
    """Or a change in a file that another file's compiled code calls would go unseen."""
    library = project / "src" / "maestro_lstm"
    uses = re.compile(r"plumbing\.jit import|model\.functions import.*\b(exact|fast)\b")
    using = {str(path.relative_to(library)) for path in library.rglob("*.py") if uses.search(path.read_text())}
    others = {"plumbing/jit.py", "model/functions.py", "model/layout.py", "tokens/chords.py"}
    assert using | others == set(SOURCES)
    for name in SOURCES:  # and what such code is given by name: a constant is frozen into it
        tree = ast.parse((library / name).read_text())
        given = {
            alias.asname or alias.name: node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("maestro_lstm")
            for alias in node.names
        }
        compiled_code = [
            one
            for one in tree.body
            if isinstance(one, ast.FunctionDef)
            and {ast.unparse(by) for by in one.decorator_list} & {"entry", "fast", "exact"}
        ]
        for function in compiled_code:
            used = {node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)}
            for one in used & given.keys():
                assert f"{(given[one] or '').removeprefix('maestro_lstm.').replace('.', '/')}.py" in SOURCES, (
                    name,
                    one,
                )


PROGRAM = """
import sys, hashlib, numpy as np
from maestro_lstm.model import compiled
from maestro_lstm.model import functions
from maestro_lstm.model.layout import pack
from maestro_lstm.model.network import initial_weights
from maestro_lstm.model.predictors import predictor
from maestro_lstm.training.schedules import Schedule
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.loop import Training
from maestro_lstm.training.tasks import SymbolTask

if "parts first" in sys.argv:  # as a process does that evaluates before it trains
    functions.exp(np.float32(1)), compiled.softmax(np.ones(90, np.float32))
    predictor(initial_weights(90, 64, 0)).scores(np.ones((9, 1), np.uint8))
ids = np.random.default_rng(0).integers(0, 90, 5000).astype(np.uint8)
training = Training(SymbolTask(ids, 90), Settings(64, "softmax", "adam", Schedule.constant(0.001), 25, 1, 0))
list(training)
print(hashlib.sha256(pack(training.engine.weights()).tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_the_same_run_is_the_same_bytes_whatever_was_compiled_or_kept_before(tmp_path: Path, project: Path) -> None:
    copy = tmp_path / "src"
    shutil.copytree(project / "src", copy, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    hashes = set()
    kept: list[set[Path]] = []
    for how, where in (("parts first", copy), ("from what was kept", copy), ("by another copy", tmp_path / "other")):
        if not where.exists():
            shutil.move(copy, where)
        command = [sys.executable, "-c", PROGRAM, how]
        environment = {**os.environ, "PYTHONPATH": str(where), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        hashes.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
        kept.append(set((tmp_path / "cache").rglob("*.nbc")))
    assert len(hashes) == 1
    assert kept[0] == kept[1] == kept[2] != set()
