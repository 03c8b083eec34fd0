"""Which of the project's files a script runs, and a digest of what they do.

A digest leaves out what cannot change a figure: docstrings, comments and layout, and files that only carry results
(`PLUMBING`).
"""

import ast
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

LIBRARY_FOLDER = Path(__file__).parents[1]
LIBRARY = {"maestro_lstm": LIBRARY_FOLDER}  # top-level package -> its folder
# Whole folders, and single files, that decide whether and how a result is made, stored and reported, but not its
# figures. params.yaml is DVC's own business: a stage names the keys it reads.
PLUMBING = (
    "maestro_lstm/plumbing",
    "maestro_lstm/params",
    "stages/command.py",
    "stages/paths.py",
)
COUNTED = ("maestro_lstm/plumbing/jit.py",)  # how the compiler divides is a figure's business, too


def _file_of(module: str, packages: Mapping[str, Path]) -> Path | None:
    """The file of a module of these packages; None for any other module."""
    top, *rest = module.split(".")
    if top not in packages:
        return None
    place = packages[top].joinpath(*rest)
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def imports(file: Path, packages: Mapping[str, Path]) -> set[Path]:
    """The files of these packages that a file imports, at the top or inside a function."""
    return {found for name in _read(file).imports if (found := _file_of(name, packages))}


@dataclass(frozen=True)
class _Module:
    imports: tuple[str, ...]  # names of modules, and of what might be one
    meaning: str


def _read(file: Path) -> _Module:
    return _parsed(file, file.stat().st_mtime_ns)


@cache
def _parsed(file: Path, _changed: int) -> _Module:
    """A file, parsed once for all the scripts that run it."""
    tree = ast.parse(file.read_text())
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{file}: a relative import is not followed here; write the full name")
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return _Module(tuple(names), _meaning(tree))


def closure(file: Path, packages: Mapping[str, Path], follow: Callable[[Path], bool] = lambda _: True) -> set[Path]:
    """A file and everything of these packages that it imports, directly or not.

    Args:
        follow: whether to go on through the imports of a file.
    """
    reached: set[Path] = set()
    new = {file}
    while new:
        reached |= new
        new = {found for path in new if path == file or follow(path) for found in imports(path, packages)} - reached
    return reached


def meaning(text: str) -> str:
    """What a module's text does: its syntax tree without docstrings. Comments and layout do not count."""
    return _meaning(ast.parse(text))


def _meaning(tree: ast.Module) -> str:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return _dump(tree)


def _dump(node: Any) -> str:
    """A syntax tree as text, the same in every version of Python: fields that are empty do not count."""
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if value is not None and value != [])
        return f"{type(node).__name__}({', '.join(f'{name}={_dump(value)}' for name, value in fields)})"
    if isinstance(node, list):
        return f"[{', '.join(map(_dump, node))}]"
    return repr(node)


@cache
def digest(module: str, library: Path = LIBRARY_FOLDER) -> str:
    """A digest of what a module of the library computes, including all it imports from the library.

    Args:
        module: such as `training.run_cache`.
        library: its folder, perhaps of another version.
    """
    packages = {"maestro_lstm": library}
    return _digest(figures_code(library.joinpath(*module.split(".")).with_suffix(".py"), packages), packages)


@cache
def library_digest() -> str:
    """A digest of what the whole library does."""
    return _digest(LIBRARY_FOLDER.rglob("*.py"), LIBRARY)


def stage_packages(root: Path) -> dict[str, Path]:
    """The packages that a stage runs code of, in a checkout."""
    return {"maestro_lstm": root / "src" / "maestro_lstm", "stages": root / "stages"}


def figures_code(file: Path, packages: Mapping[str, Path]) -> set[Path]:
    """The files on which a file's figures depend: what it runs, plumbing and `__init__.py` aside."""

    def counts(path: Path) -> bool:
        name = _name(path, packages)
        carries = any(PurePath(name).is_relative_to(one) for one in PLUMBING) and name not in COUNTED
        return path.name != "__init__.py" and not carries

    return {path for path in closure(file, packages, counts) if counts(path)}


def stage_code(script: Path, root: Path) -> set[Path]:
    """The files on which a stage's figures depend."""
    return figures_code(script, stage_packages(root))


def stage_digest(script: Path, root: Path) -> str:
    """A digest of the code that a stage's figures depend on."""
    return _digest(stage_code(script, root), stage_packages(root))


def _name(path: Path, packages: Mapping[str, Path]) -> str:
    """A file by its package, wherever the checkout is."""
    top = next(top for top, folder in packages.items() if path.is_relative_to(folder))
    return f"{top}/{path.relative_to(packages[top]).as_posix()}"


def _digest(files: Iterable[Path], packages: Mapping[str, Path]) -> str:
    code = hashlib.sha256()
    for name, file in sorted((_name(file, packages), file) for file in files):
        code.update(f"{name} {_read(file).meaning}\n".encode())
    return code.hexdigest()
