"""Which files of the project's own code a file runs, and one hash of them all."""

import ast
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
LIBRARY = {"maestro_lstm": HERE}  # top-level package → its folder


def _file_of(module: str, packages: Mapping[str, Path]) -> Path | None:
    """The file of a module of these packages; None for any other."""
    top, *rest = module.split(".")
    if top not in packages:
        return None
    place = packages[top].joinpath(*rest)
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def imports(file: Path, packages: Mapping[str, Path]) -> set[Path]:
    """The files of these packages that a file imports, at the top or inside a function."""
    names = []
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                raise ValueError(f"{file}: a relative import is not followed here; write the whole name")
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return {found for name in names if (found := _file_of(name, packages))}


def closure(file: Path, packages: Mapping[str, Path], follow: Callable[[Path], bool] = lambda _: True) -> set[Path]:
    """A file and all of these packages that it imports, directly or not; the imports of some may be left alone."""
    reached: set[Path] = set()
    new = {file}
    while new:
        reached |= new
        new = {found for path in new if path == file or follow(path) for found in imports(path, packages)} - reached
    return reached


def meaning(text: str) -> str:
    """What a module's text does: its syntax tree without docstrings. Comments and layout leave it as it is."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            del node.body[0]
    return ast.dump(tree)


@cache
def digest(module: str) -> str:
    """A hash of what one of the library's modules does, all that it imports from the library with it."""
    return _hash(closure(HERE / f"{module}.py", LIBRARY))


@cache
def whole_digest() -> str:
    """A hash of what the whole library does."""
    return _hash(set(HERE.rglob("*.py")))


def _hash(files: set[Path]) -> str:
    code = hashlib.sha256()
    for file in sorted(files):
        code.update(f"{file.relative_to(HERE)} {meaning(file.read_text())}\n".encode())
    return code.hexdigest()
