"""Which code a figure comes from."""

from pathlib import Path

import pytest

from maestro_lstm.plumbing.sources import closure, digest, meaning


def test_all_that_a_file_imports_is_followed_and_nothing_else(tmp_path: Path) -> None:
    texts = {
        "a.py": "from lib import b\nimport numpy",
        "b.py": "def f():\n    import lib.sub.c",
        "sub/__init__.py": "",
        "sub/c.py": "",
        "d.py": "import lib.a",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    packages = {"lib": tmp_path}
    reached = closure(tmp_path / "a.py", packages)
    assert {str(path.relative_to(tmp_path)) for path in reached} == {"a.py", "b.py", "sub/c.py"}
    assert closure(tmp_path / "a.py", packages, lambda path: path.name != "b.py") == {
        tmp_path / "a.py",
        tmp_path / "b.py",
    }


def test_a_relative_import_would_go_unseen_and_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("from . import b")
    with pytest.raises(ValueError, match="relative import"):
        closure(tmp_path / "a.py", {"lib": tmp_path})


def test_the_hash_of_the_training_covers_what_it_computes_with(project: Path) -> None:
    library = project / "src" / "maestro_lstm"
    names = {path.name for path in closure(library / "training" / "run_cache.py", {"maestro_lstm": library})}
    assert {
        "run_cache.py",
        "loop.py",
        "engines.py",
        "compiled.py",
        "functions.py",
        "optimizers.py",
        "network.py",
    } <= names
    assert {"schedules.py", "windows.py", "lstm.py", "layout.py"} <= names
    assert "pictures.py" not in names
    assert len({digest("training.run_cache"), digest("training.schedules")}) == 2


def test_words_about_the_code_are_not_the_code() -> None:
    text = 'def f(x):\n    """Double."""\n    return 2 * x\n'
    assert meaning(text) == meaning('"""A module."""\n\n\ndef f( x ):  # twice\n    return 2*x')
    assert meaning(text) != meaning(text.replace("2 *", "3 *"))
    assert meaning("s = 'a'") != meaning("s = 'b'")
