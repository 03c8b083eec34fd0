"""Carrying results over to code that was proven equal: a changed bit stops it, a change of names does not."""

import hashlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from maestro_lstm.model.performer import Performer
from maestro_lstm.model.predictors import TorchPredictor
from maestro_lstm.model.stepper import Stepper
from maestro_lstm.plumbing.arrays import save_arrays
from maestro_lstm.plumbing.errors import UserError
from maestro_lstm.plumbing.files import write_json, write_text
from maestro_lstm.plumbing.provenance import CARRIED, Result, follow, records, sealed, steps_in
from maestro_lstm.training.autograd import AutogradEngine
from maestro_lstm.training.engines import CompiledEngine
from maestro_lstm.training.jobs import succeeded, train_all
from maestro_lstm.training.run_cache import RunCache
from maestro_lstm.training.schedules import Cosine
from maestro_lstm.training.settings import Settings
from maestro_lstm.training.tasks import SymbolTask
from tests.small_study import run
from tools.carry import __main__ as tool
from tools.carry import versions
from tools.carry.chain import codes_of, is_fresh
from tools.carry.compare import differences, first_difference
from tools.carry.locks import is_regrouped, write_locks
from tools.carry.predictions import predict
from tools.carry.runs import kind_of, named_by, proven_in, rename
from tools.checks import lock
from tools.pipeline import Call

BEST, PERFORMER = Path("models/best/seed-0.safetensors"), Path("models/performer/seed-0.safetensors")


def after(method: Callable[..., Any], change: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A method whose result is changed."""
    return lambda self, *args, **words: change(self, method(self, *args, **words))


def last_bit(tensor: Any) -> Any:
    """The same with the last bit of one number changed."""
    array = np.array(tensor.detach().numpy() if isinstance(tensor, torch.Tensor) else tensor)
    array.flat[0] = np.nextafter(array.flat[0], np.inf, dtype=array.dtype)
    return torch.from_numpy(array) if isinstance(tensor, torch.Tensor) else array


def upwards(scores: Any) -> Any:
    """With the last bit of every number changed: that of one may be lost in a sum."""
    return np.nextafter(scores, np.inf, dtype=np.float32)


def in_compiled_code(own: Any, losses: Any) -> Any:
    own.flat.w[:] = last_bit(own.flat.w)
    return losses


def in_torch(own: Any, losses: Any) -> Any:
    weight = next(own.network.parameters())
    weight.data = last_bit(weight.data)
    return losses


TRAININGS: dict[str, tuple[Any, Any]] = {
    "train paper": (CompiledEngine, in_compiled_code),
    "sweep optimizer": (CompiledEngine, in_compiled_code),
    "explain crossed": (CompiledEngine, in_compiled_code),
    "train best": (AutogradEngine, in_torch),
    "extend lengths": (AutogradEngine, in_torch),
    "train performer": (AutogradEngine, in_torch),
    "train events": (AutogradEngine, in_torch),
}


@pytest.mark.parametrize("words", TRAININGS)
def test_a_last_bit_that_changes_in_any_kind_of_training_is_found(
    words: str, studies: Path, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a table is rounded: the weights are compared."""
    shutil.rmtree("runs")
    kind, change = TRAININGS[words]
    with monkeypatch.context() as planted:
        planted.setattr(kind, "take_updates", after(kind.take_updates, change))
        run(words, monkeypatch)
    old = studies / "finished"
    kept = {path.name for path in (finished / "runs").glob("*.safetensors")}
    for path in (old / "runs").glob("*.safetensors"):
        if path.name not in kept:  # of other stages
            shutil.copy(path, finished / "runs")
    found = differences(old, finished, {})
    assert found
    if words.startswith("train"):
        assert any("models/" in line and ", now " in line for line in found)
    else:
        assert any("/runs/" in line for line in found)


EVALUATIONS: dict[str, tuple[Any, str, Any]] = {
    "symbols.likelihood": (TorchPredictor, "scores", lambda _, made: (upwards(made[0]), made[1])),
    "symbols.stepped": (Stepper, "_step", lambda _, made: (last_bit(made[0]), made[1])),
    "notes.nats": (Performer, "cost", lambda _, made: last_bit(made)),
    "notes.h": (Performer, "run", lambda _, made: (made[0], (last_bit(made[1][0]), made[1][1]))),
}


@pytest.mark.parametrize("figure", EVALUATIONS)
def test_a_last_bit_that_changes_in_evaluation_or_music_is_found(
    figure: str, finished: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    predict(BEST, PERFORMER, Path("one.safetensors"))
    predict(BEST, PERFORMER, Path("two.safetensors"))
    assert Path("one.safetensors").read_bytes() == Path("two.safetensors").read_bytes()
    kind, method, change = EVALUATIONS[figure]
    monkeypatch.setattr(kind, method, after(getattr(kind, method), change))
    predict(BEST, PERFORMER, Path("two.safetensors"))
    assert Path("one.safetensors").read_bytes() != Path("two.safetensors").read_bytes()
    assert figure.partition(".")[0] in first_difference(finished / "one.safetensors", finished / "two.safetensors")


def test_the_first_figure_that_differs_is_named(tmp_path: Path) -> None:
    for name, text in {"old": "seed,nats\n0,1.5\n1,1.25\n", "new": "seed,nats\n0,1.5\n1,1.26\n"}.items():
        write_text(tmp_path / name / "metrics" / "x.csv", text)
        write_json(tmp_path / name / "metrics" / "same.json", 1)
    write_text(tmp_path / "old" / "metrics" / "y.csv", "a\n1\n")
    write_text(tmp_path / "new" / "metrics" / "z" / "y.csv", "a\n1\n")
    found = differences(tmp_path / "old", tmp_path / "new", {"metrics/y.csv": "metrics/z/y.csv"})
    assert found == ["new/metrics/x.csv: row 2, nats: 1.25, now 1.26"]
    assert len(differences(tmp_path / "old", tmp_path / "new", {})) == 3
    assert differences(tmp_path / "old", tmp_path / "new", {}, frozenset({"metrics"})) == []


def test_the_runs_of_stages_that_are_left_out_are_not_missed(tmp_path: Path) -> None:
    for name, runs in {"old": (1.0, 2.0), "new": (1.0,)}.items():
        for value in runs:
            save_arrays(tmp_path / name / "runs" / f"{value}.safetensors", {"x": torch.tensor([value])}, {})
    assert len(differences(tmp_path / "old", tmp_path / "new", {})) == 1
    assert differences(tmp_path / "old", tmp_path / "new", {}, frozenset({"metrics/x"})) == []
    save_arrays(tmp_path / "new" / "runs" / "3.safetensors", {"x": torch.tensor([2.5])}, {})  # one that changed
    (found,) = differences(tmp_path / "old", tmp_path / "new", {}, frozenset({"metrics/x"}))
    assert found.endswith("only the newer version makes it")


def carried(folder: Path, **content: Any) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{len(list(folder.iterdir())) + 1:03}-x.json"
    path.write_text(json.dumps(sealed({"ended": {}, **content})))
    return path


def test_results_are_followed_through_new_code_new_names_and_merged_stages(tmp_path: Path) -> None:
    made = {
        "play": {"code": "p0", "results": {"a": "", "b": ""}},
        "generate_best": {"code": "g0", "results": {"c": ""}},
    }
    carried(tmp_path / "x", code=[{"was": "p0", "is": "p1", "results": {"a": "a", "b": "b"}}])
    carried(
        tmp_path / "x",
        code=[
            {"was": "p1", "is": "g1", "results": {"a": "generated/a", "b": "generated/b"}},
            {"was": "g0", "is": "g1", "results": {"c": "c"}},
        ],
    )
    followed = follow(made, steps_in(tmp_path / "x"))
    assert [(one.record, one.now, one.times) for one in followed] == [
        ("play", Result("generated/a", "g1"), 2),
        ("play", Result("generated/b", "g1"), 2),
        ("generate_best", Result("c", "g1"), 1),
    ]
    codes = {Call(("stages.generate",), (), ("generated", "c")): "g1"}
    assert all(is_fresh(one, codes) for one in followed)
    assert not any(is_fresh(one, dict.fromkeys(codes, "g2")) for one in followed)
    assert not is_fresh(follow(made, [])[0], codes)


def test_a_result_that_was_meant_to_differ_ends_there_and_one_made_anew_counts(tmp_path: Path) -> None:
    made = {"explain": {"code": "e0", "results": {"a": "", "b": "hash"}}}
    carried(tmp_path / "x", code=[{"was": "e0", "is": "e1", "results": {"a": "c"}}], ended={"b": ["e0", "hash"]})
    steps = steps_in(tmp_path / "x")
    assert [one.now for one in follow(made, steps)] == [Result("c", "e1")]
    by_the_same_code = {"again": {"code": "e0", "results": {"b": "another"}}}
    assert [one.record for one in follow(by_the_same_code, steps)] == ["again"]
    again = {**made, "other": {"code": "e1", "results": {"b": "", "c": ""}}}
    assert [(one.record, one.now.path) for one in follow(again, steps)] == [("other", "b"), ("other", "c")]


def test_a_carried_file_that_was_edited_by_hand_is_refused(tmp_path: Path) -> None:
    path = carried(tmp_path / "x", code=[{"was": "0", "is": "1", "results": {"a": "a"}}])
    steps_in(tmp_path / "x")
    path.write_text(path.read_text().replace('"is": "1"', '"is": "2"'))
    with pytest.raises(UserError, match=r"001-x\.json was changed by hand"):
        steps_in(tmp_path / "x")


def test_code_is_told_by_what_it_does_and_where_it_is(project: Path) -> None:
    one, other = (Call((f"stages.{name}",), (), ()) for name in ("select", "plan"))
    codes = codes_of([one, other], project)
    assert len(set(codes.values())) == 2
    assert codes_of([Call(("stages.gone",), (), ())], project) == {Call(("stages.gone",), (), ()): ""}


def test_settings_that_differ_are_no_equal_code_but_where_only_what_is_meant_to_differ_reads_them(
    tmp_path: Path,
) -> None:
    stages = "stages:\n  a: {cmd: python -m stages.a, params: [SECTION, seed], outs: [metrics/a.csv]}\n"
    write_text(tmp_path / "old" / "params.yaml", "wish_a: {rate: 1e-2, x: 1}\nseed: 0\n")
    write_text(tmp_path / "new" / "params.yaml", "sweep_a: {rate: 0.01}\nseed: 1\n")
    for version, section in (("old", "wish_a"), ("new", "sweep_a")):
        write_text(tmp_path / version / "dvc.yaml", stages.replace("SECTION", section))
    old, new = tmp_path / "old", tmp_path / "new"
    found = tool.other_settings(old, new, {"wish_a": "sweep_a"})
    assert found == ["params.yaml: seed: 1, was 0", "params.yaml: sweep_a.x: 'not there', was 1"]
    assert len(tool.other_settings(old, new, {})) == 4
    assert tool.other_settings(old, new, {}, frozenset({"metrics"})) == []
    write_text(
        new / "dvc.yaml",
        stages.replace("SECTION", "sweep_a") + "  b: {cmd: python -m stages.b, params: [seed], outs: [data/b]}\n",
    )
    assert tool.other_settings(old, new, {}, frozenset({"metrics"})) == ["params.yaml: seed: 1, was 0"]


def test_a_folder_that_takes_in_carried_files_is_carried_if_it_holds_nothing_else(tmp_path: Path) -> None:
    names = {f"metrics/tables/{name}": text for name, text in {"a.md": "1", "b.csv": "2"}.items()}
    for name, text in names.items():
        write_text(tmp_path / name, text)
    locked = {name: {"md5": hashlib.md5(text.encode()).hexdigest()} for name, text in names.items()}
    assert is_regrouped(tmp_path, "metrics/tables", locked, set(names))
    assert not is_regrouped(tmp_path, "metrics/tables", locked, {"metrics/tables/a.md"})
    assert not is_regrouped(tmp_path, "metrics/gone", locked, set(names))
    write_text(tmp_path / "metrics" / "tables" / "a.md", "another")
    assert not is_regrouped(tmp_path, "metrics/tables", locked, set(names))
    write_text(tmp_path / "metrics" / "tables" / "a.md", "1")
    write_text(tmp_path / "metrics" / "tables" / "new.md", "1")
    assert not is_regrouped(tmp_path, "metrics/tables", locked, set(names))


@pytest.fixture
def clone(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone of this repository, with this checkout's files as its last commit."""
    folder = versions.clone("HEAD", tmp_path / "clone", project)
    for name in subprocess.run(
        ["git", "ls-files", "-mo", "--exclude-standard"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.split():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project / name, folder / name) if (project / name).exists() else (folder / name).unlink()
    monkeypatch.chdir(folder)
    committed()
    return folder


def committed() -> str:
    who = ["-c", "user.name=x", "-c", "user.email=x@localhost"]
    for words in (["add", "-A"], [*who, "commit", "-qm", "x", "--allow-empty"]):
        subprocess.run(["git", *words], check=True)
    return versions.git("rev-parse", "HEAD")


@pytest.mark.slow
def test_a_rename_is_carried_with_its_locks_and_a_difference_is_not(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = versions.git("rev-parse", "HEAD")
    script = clone / "stages" / "select.py"
    script.write_text(script.read_text().replace("winner", "chosen_one"))
    assert lock.problems(records(), clone)
    with pytest.raises(UserError, match=r"commit first, or take back: M stages/select\.py"):
        tool.carry(base, {}, frozenset(), 0)
    head = committed()

    def sampled(old: Path, new: Path, *_: Any, differ: bool = False) -> None:
        """In place of twenty minutes."""
        for name in tool.PROJECTS:
            for checkout in (old, new):
                text = "2" if differ and checkout == new else "1"
                write_text(checkout / "sample" / name / "metrics" / "x.csv", f"nats\n{text}\n")

    monkeypatch.setattr(tool, "run_side_by_side", lambda *args: sampled(*args, differ=True))
    with pytest.raises(SystemExit, match=r"whole/metrics/x\.csv: row 1, nats: 1, now 2"):
        tool.carry(base, {}, frozenset(), 0)
    assert versions.git("status", "--porcelain") == ""

    monkeypatch.setattr(tool, "run_side_by_side", sampled)
    before = {one.record: one.times for one in follow(records(), steps_in(CARRIED))}
    tool.carry(base, {}, frozenset(), 0)
    *_, path = sorted(CARRIED.iterdir())
    written = {line.split()[-1].rstrip("/") for line in versions.git("status", "--porcelain", "-uall").splitlines()}
    assert written == {"dvc.lock", str(path)}
    assert lock.problems(records(), clone) == []
    after = {one.record: one.times for one in follow(records(), steps_in(CARRIED))}
    carried_now = {name for name, times in after.items() if times == before[name] + 1}
    assert carried_now == {"select_optimizer", "select_learning_rate", "select_seq_len"}
    monkeypatch.setattr(sys, "argv", ["lock"])
    lock.main()
    alike = sum(times == after["select_seq_len"] for times in after.values())
    assert re.search(rf"\b{alike} carried (once|twice|\d+ times)", capsys.readouterr().out)

    content = json.loads(path.read_text())
    assert (content["from"], content["to"]) == (base, head)
    content["code"][0]["is"] = "0" * 64
    path.write_text(json.dumps(sealed(content)))  # by somebody who knows how
    refused = f"provenance/carried/{path.name}: its digests are not those of {head[:8]}"
    assert refused in lock.problems(records(), clone)

    # a stage that today's code ran keeps its lock, also where no older one knows it
    kept = Path("stages/analysis/dvc.lock")
    entries = yaml.safe_load(kept.read_text())["stages"]
    made = ["metrics/first_updates.csv", "metrics/breakdown/tables/whole.md", "metrics/breakdown/pictures/gap.svg"]
    left = write_locks(Path.cwd(), {}, (), (), made)
    assert yaml.safe_load(kept.read_text())["stages"] == {name: entries[name] for name in ("report", "first_updates")}
    assert "stages/analysis/dvc.yaml:first_updates" not in left
    assert "stages/analysis/dvc.yaml:distances" in left


def test_kept_runs_of_a_kind_that_was_proven_get_the_name_of_todays_code(tmp_path: Path) -> None:
    ids = np.random.default_rng(0).integers(0, 90, size=500).astype(np.uint8)
    task = SymbolTask(ids, 90)
    plain = Settings(8, "logits", "adam", Cosine(0.01, 0.1), 10, 1, 0, batch=4, engine="torch", symbols=400)
    settings = [plain, replace(plain, seed=1), replace(plain, optimizer="muon"), replace(plain, weight_decay=0.1)]
    kept, older = tmp_path / "runs", ["0" * 64, "1" * 64]
    trained = {one: succeeded(run) for one, run in train_all(kept, task, settings).items()}
    kinds = {kind_of(one.as_dict()) for one in settings}
    assert len(kinds) == 3
    now = named_by(Path.cwd())
    assert rename(kept, now, older, kinds) == (4, 0)
    assert not any(RunCache(kept, task).load(one) for one in settings)
    # the sample of both versions has the first alone, and another way of both that differs
    for version, values in {"old": (settings[0], settings[2]), "new": (settings[0],)}.items():
        for one in values:
            RunCache(tmp_path / version / "runs", task).save(trained[one])
    RunCache(tmp_path / "new" / "runs", task).save(replace(trained[settings[2]], curve=trained[settings[0]].curve))
    proven = proven_in([(tmp_path / "old", tmp_path / "new")])
    assert rename(kept, older, now, proven) == (2, 2)
    cache = RunCache(kept, task)
    assert [cache.load(one) is not None for one in settings] == [True, True, False, False]
    again = cache.load(settings[1])
    assert again
    assert again.curve == trained[settings[1]].curve


def test_a_kept_run_of_yet_another_version_keeps_its_name(tmp_path: Path) -> None:
    """Even where the code of its task is the same: half renamed it would be nobody's."""
    settings = Settings(8, "logits", "adam", Cosine(0.01, 0.1), 10, 1, 0).as_dict()
    of = {"code": "another", "network": "task", "settings": settings}
    save_arrays(tmp_path / "run.safetensors", {"last.w": np.zeros(1)}, {"of": of})
    assert rename(tmp_path, ["older", "task"], ["newer", "task now"], {kind_of(settings)}) == (0, 0)
    assert [path.name for path in tmp_path.iterdir()] == ["run.safetensors"]
